import type { DraftOf } from '#organism/event.ts';
import type { OpenRunCard } from '#organism/instance-card.ts';

import type { Stamper } from '../upstream/stamper.ts';
import { instanceConfig, organismStatus } from './health-drafts.ts';
import type { Health, Job } from './wire.ts';

/** What is known of the instance, told as an organism whenever it changes. */
export interface Instance {
  health: Health | null;
  jobs: readonly Job[];
  features: readonly string[];
  slotsUsed: number;
  runs: readonly OpenRunCard[];
  /** The organism, when it differs from what was told last. */
  tell(isReachable: boolean): { drafts: DraftOf<'organism'>[]; cursors?: Record<string, string> };
}

export const LIFE_CURSOR = 'life';
/** The upstream's cap; it counts streams nobody has read to their end. */
const RUN_SLOTS = 10;

/** @param cursor when the life that was seen last began, and the process it was */
export function createInstance(
  deps: { name: () => string; stamp: Stamper; now: () => number },
  cursor: string | null,
): Instance {
  const [savedPid = '', savedStart = ''] = (cursor ?? '').split(':');
  let pid = savedPid;
  let startedAt = Number(savedStart) || deps.now();
  let told = '';

  const instance: Instance = {
    health: null,
    jobs: [],
    features: [],
    slotsUsed: 0,
    runs: [],
    tell(isReachable) {
      const seen = String(instance.health?.pid ?? '');
      const isNewLife = isReachable && seen !== '' && seen !== pid;
      if (isNewLife && pid !== '') startedAt = deps.now();
      if (isNewLife) pid = seen;
      const { health, jobs, features, runs, slotsUsed: used } = instance;
      const facts = {
        name: deps.name(),
        status: isReachable ? organismStatus(health) : 'stopped',
        startedAt,
        config: instanceConfig({ health, jobs, features, runs, slots: { used, of: RUN_SLOTS } }),
      };
      const text = JSON.stringify(facts);
      if (text === told) return { drafts: [] };
      told = text;
      const { tail, at } = deps.stamp();
      const key = `organism:${tail}`;
      const uptimeSeconds = Math.max(0, (at - startedAt) / 1000);
      return {
        drafts: [{ type: 'organism', key, occurredAt: at, uptimeSeconds, ...facts }],
        ...(isNewLife ? { cursors: { [LIFE_CURSOR]: `${pid}:${startedAt}` } } : {}),
      };
    },
  };
  return instance;
}
