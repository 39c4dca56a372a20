import type { OrganismState } from '#organism/state.ts';
import type { UsageSum } from '#organism/usage-sum.ts';
import { ZERO_USAGE, subtractUsage } from '#organism/usage-sum.ts';

/** Running totals of one organism since they were last reset. */
export interface RunningUsage {
  readonly total: UsageSum;
  readonly byAgent: ReadonlyMap<string, UsageSum>;
  readonly byModel: ReadonlyMap<string, UsageSum>;
}

export interface UsageBaselines {
  /** Starts the running totals over. The ledger, its history and its bills keep everything. */
  reset(state: OrganismState): void;
  since(state: OrganismState): RunningUsage;
}

/** The sums alone: a whole picture would be held as long as the organism. */
type Baseline = Pick<OrganismState, 'usage' | 'usageByModel'> & Pick<RunningUsage, 'byAgent'>;

/** What `POST /usage/reset` means here: totals count from a reading, until the next start. */
export function createUsageBaselines(): UsageBaselines {
  const baselines = new Map<string, Baseline>();
  return {
    reset({ organismId, usage, agents, usageByModel }) {
      const byAgent = new Map([...agents].map(([name, agent]) => [name, agent.usage]));
      baselines.set(organismId, { usage, byAgent, usageByModel });
    },
    since(state) {
      const base = baselines.get(state.organismId);
      const baseAgent = (name: string) => base?.byAgent.get(name) ?? ZERO_USAGE;
      const baseModel = (name: string) => base?.usageByModel.get(name) ?? ZERO_USAGE;
      return {
        total: subtractUsage(state.usage, base?.usage ?? ZERO_USAGE),
        byAgent: spent(
          [...state.agents].map(([n, a]) => [n, subtractUsage(a.usage, baseAgent(n))]),
        ),
        byModel: spent(
          [...state.usageByModel].map(([n, u]) => [n, subtractUsage(u, baseModel(n))]),
        ),
      };
    },
  };
}

/** Those with any request, largest cost first. */
function spent(rows: readonly [string, UsageSum][]): ReadonlyMap<string, UsageSum> {
  return new Map(
    rows
      .filter(([, sum]) => sum.requests > 0)
      .sort(([, a], [, b]) => b.costNanos - a.costNanos || b.requests - a.requests),
  );
}
