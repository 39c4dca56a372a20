import { Page } from '#components/shell/page-header.tsx';
import { ButtonLink } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';

export default function NotFound() {
  return (
    <Page>
      <EmptyState
        title="There is no page at this address"
        actions={<ButtonLink href="/">Go to overview</ButtonLink>}
      >
        <p>The link may be mistyped, or what it named is gone.</p>
      </EmptyState>
    </Page>
  );
}
