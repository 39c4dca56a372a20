import pino from 'pino';

import type { SqliteStore } from '#db/sqlite/store.ts';
import { createSqliteStore } from '#db/sqlite/store.ts';
import type { EventDraft } from '#organism/event.ts';
import { createOrganisms } from '#server/hub/organisms.ts';
import { createIngest } from '#server/ingest/ingest.ts';
import { createRedactors } from '#server/ingest/load-redactor.ts';
import type { Preparation } from '#server/ingest/prepare.ts';
import { createPreparation } from '#server/ingest/prepare.ts';
import { createPricer } from '#server/ingest/price.ts';
import type { Delivery } from '#server/sources/source.ts';

export const ORGANISM = 'bench';
/** What a source hands over at most; see the outbox of the AgentServer source. */
const DELIVERY_DRAFTS = 1000;

/** Everything between a source and the journal, and the live picture after it, as the server has it. */
export interface IngestKit {
  readonly store: SqliteStore;
  readonly preparation: Preparation;
  /** One delivery after the other, each awaited, as one source does. */
  deliver(drafts: readonly EventDraft[]): Promise<void>;
  /** As it comes from a source: what repeats is counted, what is bad is an error. */
  ingest(organismId: string, delivery: Delivery): Promise<void>;
  close(): Promise<void>;
}

export async function openIngest(dataDir: string): Promise<IngestKit> {
  const store = await createSqliteStore({ dataDir, log: pino({ level: 'error' }) });
  const organisms = createOrganisms({ store });
  organisms.ensure(ORGANISM);
  const preparation = createPreparation({
    ...createRedactors(),
    pricer: createPricer(),
  });
  const ingest = createIngest({
    store,
    preparation,
    publish: (events) => organisms.publish(events),
    now: Date.now,
  });
  return {
    store,
    preparation,
    async deliver(drafts) {
      for (const part of deliveriesOf(drafts)) {
        const { accepted } = await ingest.deliver(
          { source: ORGANISM, organismId: ORGANISM },
          { drafts: part },
        );
        if (accepted !== part.length) throw new Error(`${part.length - accepted} were not stored`);
      }
    },
    async ingest(organismId, delivery) {
      const { rejected } = await ingest.deliver({ source: ORGANISM, organismId }, delivery);
      if (rejected > 0) throw new Error(`${rejected} were refused`);
    },
    async close() {
      await organisms.saveSnapshots();
      await store.close();
    },
  };
}

function* deliveriesOf(drafts: readonly EventDraft[]): Generator<readonly EventDraft[]> {
  for (let start = 0; start < drafts.length; start += DELIVERY_DRAFTS) {
    yield drafts.slice(start, start + DELIVERY_DRAFTS);
  }
}
