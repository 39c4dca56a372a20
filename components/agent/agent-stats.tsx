'use client';

import { CurrentThread } from '#components/agents/current-thread.tsx';
import { countMessages } from '#components/agents/prepare-agents.ts';
import { formatCompact } from '#components/format/number.ts';
import { formatSpan } from '#components/format/time.ts';
import { useServerNow } from '#components/live/use-live.ts';
import { Money, Num } from '#components/ui/figures.tsx';
import { Stat, StatRow } from '#components/ui/stat.tsx';
import { Duration, TimeAgo } from '#components/ui/time.tsx';
import { knownCost } from '#components/usage/usage-totals.ts';
import type { AgentView } from '#organism/state.ts';
import { completionTokens, promptTokens, totalTokens } from '#organism/tokens.ts';

/** What an agent has done since it was first seen. */
export function AgentStats({ agent }: { agent: AgentView }) {
  const { usage } = agent;
  const { tokens, latencyCount, latencyMsTotal } = usage;
  const hasUsage = usage.requests > 0;
  return (
    <StatRow className="grid! grid-cols-2 md:grid-cols-3 xl:grid-cols-6">
      <Stat
        label="Current thread"
        value={
          <span className="text-lead">
            <CurrentThread id={agent.currentThread} />
          </span>
        }
        sub={<StateSince agent={agent} />}
      />
      <Stat
        label="Messages"
        value={<Num value={countMessages(agent)} unit="messages" />}
        sub={`${formatCompact(agent.received)} received, ${formatCompact(agent.sent)} sent`}
      />
      <Stat
        label="Queue"
        value={<Num value={agent.queueDepth} unit="waiting" />}
        sub={agent.queueDepth === null ? 'the source has not counted' : 'waiting for this agent'}
      />
      <Stat
        label="Tokens"
        value={<Num value={totalTokens(tokens)} unit="tokens" />}
        sub={`${formatCompact(promptTokens(tokens))} in, ${formatCompact(completionTokens(tokens))} out`}
      />
      <Stat
        label="Cost"
        value={hasUsage ? <Money nanos={knownCost(usage)} /> : <Num value={null} />}
        sub={
          usage.unpricedRequests > 0 ? (
            <span className="text-waiting">
              {`${formatCompact(usage.unpricedRequests)} of ${formatCompact(usage.requests)} calls unpriced`}
            </span>
          ) : (
            `${formatCompact(usage.requests)} model calls`
          )
        }
      />
      <Stat
        label="Latency, mean"
        value={<Duration durationMs={latencyCount === 0 ? null : latencyMsTotal / latencyCount} />}
        sub={
          <>
            last active <TimeAgo instant={agent.lastActivity} />
          </>
        }
      />
    </StatRow>
  );
}

function StateSince({ agent }: { agent: AgentView }) {
  const now = useServerNow();
  if (agent.stateSince === null || now === null) return agent.state;
  return `${agent.state} for ${formatSpan(Math.max(0, now - agent.stateSince))}`;
}
