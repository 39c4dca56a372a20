import type { EventDraft } from '#organism/event.ts';

import type { SourceDeps, Delivery, UnreadableInput } from '../source.ts';

/**
 * Makes one delivery of several, and reads on while it is stored: a folder of thousands of small
 * files would otherwise take as many commits as it has files, each as long as one of a thousand
 * events, and wait for each.
 */
export interface Gather {
  /** Resolves at once, or when that is too much, after the commit of what was too much before. */
  deliver(delivery: Delivery): Promise<void>;
  /** What was delivered counts as saved: whoever reads on must not begin where it began before. */
  getCursor: SourceDeps['getCursor'];
  /** Runs it once everything delivered so far is durable; never, when that fails. */
  afterwards(run: () => void): void;
  /**
   * Resolves when all is durable. Whatever fails is dropped, with its cursors and all that came
   * behind it: it is read again.
   */
  flush(): Promise<void>;
}

/** As much as one append takes; see `APPEND_DRAFTS` of `ingest.ts`. */
const MAX_DRAFTS = 1000;
/** Of a few drafts each: what they have in memory is bounded by the files' chunks. */
const MAX_DELIVERIES = 64;

interface Batch {
  readonly drafts: EventDraft[];
  readonly rejects: UnreadableInput[];
  readonly cursors: Map<string, string>;
  readonly after: (() => void)[];
  deliveries: number;
}

export function createGather(deps: Pick<SourceDeps, 'deliver' | 'getCursor'>): Gather {
  let gathered = newBatch();
  /** At most one is on its way, so that they are stored in their order. */
  let sent = { batch: newBatch(), stored: Promise.resolve() };

  /** @throws what the store said of the batch on its way */
  async function waitForSent(): Promise<void> {
    const { stored } = sent;
    try {
      await stored;
    } catch (error) {
      gathered = newBatch();
      throw error;
    } finally {
      sent = { batch: newBatch(), stored: Promise.resolve() };
    }
  }

  function send(): void {
    const batch = gathered;
    gathered = newBatch();
    const stored = store(batch);
    // Whoever waits for it is told; until then nobody does.
    stored.catch(() => undefined);
    sent = { batch, stored };
  }

  async function store({ drafts, rejects, cursors, after, deliveries }: Batch): Promise<void> {
    if (deliveries > 0) {
      await deps.deliver({ drafts, rejects, cursors: Object.fromEntries(cursors) });
    }
    for (const run of after) run();
  }

  return {
    async deliver({ drafts, rejects = [], cursors = {} }) {
      for (const draft of drafts) gathered.drafts.push(draft);
      for (const reject of rejects) gathered.rejects.push(reject);
      for (const [name, value] of Object.entries(cursors)) gathered.cursors.set(name, value);
      gathered.deliveries += 1;
      const isEnough =
        gathered.drafts.length >= MAX_DRAFTS || gathered.deliveries >= MAX_DELIVERIES;
      if (!isEnough) return;
      await waitForSent();
      send();
    },
    getCursor: async (name) =>
      gathered.cursors.get(name) ?? sent.batch.cursors.get(name) ?? (await deps.getCursor(name)),
    afterwards: (run) => void gathered.after.push(run),
    async flush() {
      await waitForSent();
      send();
      await waitForSent();
    },
  };
}

function newBatch(): Batch {
  return { drafts: [], rejects: [], cursors: new Map(), after: [], deliveries: 0 };
}
