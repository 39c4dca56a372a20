import { ContextBar } from '#components/gauge/context-bar.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { TimeAgo } from '#components/ui/time.tsx';
import type { ContextView } from '#organism/state.ts';

/** How full the model's context window is, beside the budget and never mistaken for one. */
export function ContextPanel(props: { context: ContextView; className?: string | undefined }) {
  const { context } = props;
  return (
    <Panel title="Context window" sub="not a budget" className={props.className}>
      <ContextBar label="Context window of this thread" context={context} />
      <p className="pt-2 text-table text-ink-2">
        {'What the model takes in with each request, read '}
        <TimeAgo instant={context.readAt} />
        {'. When it is full, the runtime shortens the conversation; nothing is spent by that.'}
      </p>
    </Panel>
  );
}
