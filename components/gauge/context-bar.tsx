import type { ContextView } from '#organism/state.ts';

import { SegmentedBar } from './segmented-bar.tsx';

/** A thread's context window as its source told it last. */
export function ContextBar(props: {
  label: string;
  context: Pick<ContextView, 'usedTokens' | 'windowTokens'>;
}) {
  const { usedTokens, windowTokens } = props.context;
  return (
    <SegmentedBar
      label={props.label}
      windowTokens={windowTokens}
      parts={[{ id: 'used', label: 'In the window', tokens: usedTokens }]}
    />
  );
}
