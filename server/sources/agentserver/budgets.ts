import type { EventDraft } from '#organism/event.ts';

import type { Outbox } from '../upstream/outbox.ts';
import type { RejectMemory } from '../upstream/reject-memory.ts';
import type { RestClient } from '../upstream/rest-client.ts';
import { RestError } from '../upstream/rest-client.ts';
import type { Stamper } from '../upstream/stamper.ts';
import { sortRows } from './pages.ts';
import { budgetDraft } from './to-drafts.ts';
import { listOf, readBudget } from './wire.ts';

/** Budgets of finished threads vanish upstream; the map forgets the longest quiet first. */
const MAX_KNOWN_BUDGETS = 20_000;

/** Reads every thread's budget; a reading that changed is an event, a vanished one keeps its last. */
export function createBudgetReader(deps: {
  rest: RestClient;
  outbox: Outbox;
  stamp: Stamper;
  isNew: RejectMemory;
}) {
  const known = new Map<string, string>();

  function isChanged(threadId: string, reading: string): boolean {
    if (known.get(threadId) === reading) return false;
    known.delete(threadId);
    known.set(threadId, reading);
    const [quietest] = known.keys();
    if (known.size > MAX_KNOWN_BUDGETS && quietest !== undefined) known.delete(quietest);
    return true;
  }

  return {
    /** The upstream began a new life: everything is news again. */
    forget(): void {
      known.clear();
    },
    /** @throws RestError */
    async read(): Promise<void> {
      const body = await deps.rest.get('/usage/threads');
      const list = listOf(body, 'threads');
      if (list === null) {
        throw new RestError('status', 'GET /usage/threads: expected a list `threads`', {
          status: 200,
        });
      }
      const { rows, rejects } = sortRows(list, readBudget, MAX_KNOWN_BUDGETS);
      const drafts: EventDraft[] = [];
      for (const budget of rows) {
        if (isChanged(budget.threadId, JSON.stringify(budget))) {
          drafts.push(budgetDraft(budget, deps.stamp()));
        }
      }
      await deps.outbox.add({ drafts, rejects: rejects.filter(deps.isNew) });
    },
  };
}
