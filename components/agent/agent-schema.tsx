'use client';

import { useAgentSchema, useCapability } from '#components/api/use-agents.ts';
import { CopyButton } from '#components/ui/copy.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { EmptyState, FailedState } from '#components/ui/surface-states.tsx';

/** What the agent takes: its payload schema, and an example where the runtime gives one. */
export function AgentSchemaPanel({ name }: { name: string }) {
  const schema = useAgentSchema(name);
  const capability = useCapability(name);
  if (schema.isPending) {
    return (
      <Panel flush title="Payload schema">
        <SkeletonRows rows={6} label="Loading schema" />
      </Panel>
    );
  }
  const example = capability.data?.exampleXml ?? '';
  return (
    <div className="flex flex-col gap-4">
      {schema.data === undefined ? (
        <NoSchema error={schema.error} onRetry={() => void schema.refetch()} />
      ) : (
        <CodePanel title="Payload schema" sub={schema.data.contentType} code={schema.data.schema} />
      )}
      {example !== '' && <CodePanel title="Example" sub="application/xml" code={example} />}
    </div>
  );
}

function NoSchema(props: {
  error: ReturnType<typeof useAgentSchema>['error'];
  onRetry: () => void;
}) {
  const { error } = props;
  // One real server answers 500 where it has no schema: to a reader that is the same.
  const isNone = error === null || error.code === 'not-found' || error.status === 500;
  return (
    <Panel flush title="Payload schema">
      {isNone ? (
        <EmptyState isCompact title="The upstream offers none">
          <p>This runtime publishes no schema for this agent. Its messages show what it takes.</p>
        </EmptyState>
      ) : (
        <FailedState
          isCompact
          what="The schema could not be loaded"
          why={error.detail}
          onRetry={props.onRetry}
        />
      )}
    </Panel>
  );
}

function CodePanel(props: { title: string; sub: string; code: string }) {
  return (
    <Panel
      flush
      title={props.title}
      sub={props.sub}
      actions={<CopyButton text={props.code} label={`Copy ${props.title.toLowerCase()}`} />}
    >
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scroller must be reachable by keyboard */}
      <pre tabIndex={0} className="max-h-112 overflow-auto p-3 text-table whitespace-pre">
        {props.code}
      </pre>
    </Panel>
  );
}
