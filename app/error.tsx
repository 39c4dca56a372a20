'use client';

import { Page } from '#components/shell/page-header.tsx';
import { FailedState } from '#components/ui/surface-states.tsx';

export default function PageError(props: { error: unknown; retry: () => void }) {
  const why = props.error instanceof Error ? props.error.message : undefined;
  return (
    <Page>
      <FailedState
        what="This page could not be shown"
        why={why}
        next="Recording goes on; the other pages still work."
        onRetry={props.retry}
      />
    </Page>
  );
}
