'use client';

import { useConversation } from '#components/api/use-conversation.ts';
import { useThread } from '#components/api/use-threads.ts';
import { useIsLiveLoaded, useLive } from '#components/live/use-live.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { Page, PageHeader } from '#components/shell/page-header.tsx';
import {
  fromLive,
  fromStored,
  mergeItems,
  type ThreadItem,
} from '#components/threads/thread-row.ts';
import { Panel } from '#components/ui/panel.tsx';
import { Skeleton, SkeletonRows } from '#components/ui/skeleton.tsx';
import { FailedState } from '#components/ui/surface-states.tsx';
import type { ContextView, OrganismState, ThreadView as LiveThread } from '#organism/state.ts';

import { BudgetPanel } from './budget-panel.tsx';
import { ContextPanel } from './context-panel.tsx';
import { ConversationPanel } from './conversation-panel.tsx';
import { ErrorsPanel } from './errors-panel.tsx';
import { ParticipantsPanel } from './participants-panel.tsx';
import type { ThreadBudget } from './read-budget.ts';
import { SpendPanel } from './spend-panel.tsx';
import { ThreadGone } from './thread-gone.tsx';
import { ThreadHeader } from './thread-header.tsx';
import { TimelinePanel } from './timeline-panel.tsx';
import { useThreadParams } from './use-thread-params.ts';

/** One thread: what was said, what it spent, and how long its budget lasts. */
export function ThreadView({ threadId }: { threadId: string }) {
  const { item, budget, context, stored } = useThreadItem(threadId);
  const isLiveLoaded = useIsLiveLoaded();
  if (item !== undefined) return <ThreadPage item={item} budget={budget} context={context} />;
  if (stored.error?.code === 'not-found' && isLiveLoaded) return <ThreadGone threadId={threadId} />;
  if (stored.error !== null && stored.error.code !== 'not-found') {
    return (
      <Page>
        <PageHeader title="Thread" />
        <FailedState
          what="The thread could not be loaded"
          why={stored.error.detail}
          onRetry={() => void stored.refetch()}
        />
      </Page>
    );
  }
  return <ThreadSkeleton />;
}

function ThreadPage(props: {
  item: ThreadItem;
  budget: ThreadBudget | null;
  context: ContextView | undefined;
}) {
  const { item, context } = props;
  const params = useThreadParams();
  const { conversation, lookedAt } = useConversation(item.id, usePacedLive(selectDeclaredParents));
  const isLinked = conversation !== undefined && conversation.threadIds.length > 1;
  return (
    <div className="flex flex-col gap-4 p-3 sm:p-4 lg:h-full">
      <ThreadHeader thread={item} />
      <div className="grid gap-4 lg:min-h-0 lg:flex-1 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <TimelinePanel
          threadId={item.id}
          conversation={conversation}
          params={params}
          className="order-2 h-[75dvh] lg:order-none lg:h-auto"
        />
        <aside className="contents lg:flex lg:min-h-0 lg:flex-col lg:gap-4 lg:overflow-y-auto lg:*:shrink-0">
          <BudgetPanel
            budget={props.budget}
            isRunning={item.status === 'active'}
            className="order-1"
          />
          {context !== undefined && <ContextPanel context={context} className="order-1" />}
          <ErrorsPanel threadId={item.id} lastError={item.error} className="order-3" />
          {isLinked && (
            <ConversationPanel
              threadId={item.id}
              conversation={conversation}
              lookedAt={lookedAt}
              className="order-3"
            />
          )}
          <SpendPanel threadId={item.id} className="order-3" />
          <ParticipantsPanel names={item.participants} className="order-3" />
        </aside>
      </div>
    </div>
  );
}

function ThreadSkeleton() {
  return (
    <div className="flex flex-col gap-4 p-3 sm:p-4 lg:h-full">
      <div className="flex flex-col gap-2">
        <Skeleton className="h-6 w-72" />
        <Skeleton className="h-4 w-96 max-w-full" />
      </div>
      <div className="grid gap-4 lg:min-h-0 lg:flex-1 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Panel flush title="Messages">
          <SkeletonRows rows={14} label="Loading thread" />
        </Panel>
        <Panel title="Budget">
          <Skeleton className="mx-auto size-44" />
        </Panel>
      </div>
    </div>
  );
}

/** The thread as the store and the live picture know it together. */
function useThreadItem(threadId: string) {
  const live = useLive((organism: OrganismState) => organism.threads.get(threadId));
  const run = useLive(selectRun);
  const stored = useThread(threadId);
  const storedItem = stored.data && fromStored(stored.data);
  const liveItem = live && fromLive(live, run);
  const item =
    storedItem !== undefined && liveItem !== undefined
      ? mergeItems(storedItem, liveItem)
      : (liveItem ?? storedItem);
  return {
    item,
    budget: live?.budget ?? stored.data?.budget ?? null,
    context: live?.context,
    stored,
  };
}

function selectRun(organism: OrganismState): number {
  return organism.run;
}

const NO_PARENTS: ReadonlyMap<string, string> = new Map();

/** Parents that the source itself named, by child. */
function selectDeclaredParents({ threads }: OrganismState): ReadonlyMap<string, string> {
  const parents = [...threads.values()].flatMap(declaredParent);
  return parents.length === 0 ? NO_PARENTS : new Map(parents);
}

function declaredParent({ id, parentThread }: LiveThread): [string, string][] {
  return parentThread === null ? [] : [[id, parentThread]];
}
