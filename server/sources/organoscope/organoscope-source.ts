import { z } from 'zod';

import { createPolledSource } from '../polled-source.ts';
import type { Source, SourceDeps } from '../source.ts';
import { createRejectMemory } from '../upstream/reject-memory.ts';
import { createRestClient } from '../upstream/rest-client.ts';
import { readRows } from '../upstream/rows.ts';
import { parseUpstreamUrl } from '../upstream/upstream-url.ts';
import type { OrganismPart } from './to-drafts.ts';
import { journalPageSchema, partsOf, remoteEventSchema } from './to-drafts.ts';

export interface OrganoscopeConfig {
  readonly name: string;
  readonly url: string;
  /** Sent with every reading: the other side needs it unless it is on this machine. */
  readonly apiKey?: string | undefined;
  readonly organismId: string;
}

const CURSOR = 'position';
const PAGE_EVENTS = 2000;
/** Between two readings once everything is read. */
const POLL_MS = 500;

const positionSchema = z.object({ epoch: z.string(), seq: z.number().int().min(0) });
type Position = z.infer<typeof positionSchema>;

/**
 * Another Organoscope as a source: its journal is read from the position that was stored with the
 * last events, so that nothing is missed and nothing comes twice. A new epoch over there is read
 * from the start: what is known is known by its keys.
 * @throws AppError `invalid-setting` when the URL is not one a source may dial
 */
export function createOrganoscopeSource(config: OrganoscopeConfig, deps: SourceDeps): Source {
  const { name, organismId, apiKey } = config;
  const url = parseUpstreamUrl(config.url);
  const readingHeaders = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const client = createRestClient({ url, source: name, readingHeaders });
  const isNew = createRejectMemory();
  let position: Position | null = null;

  async function loadPosition(): Promise<Position> {
    const saved = await deps.getCursor(CURSOR);
    return saved === null ? { epoch: '', seq: 0 } : positionSchema.parse(JSON.parse(saved));
  }

  /** @returns whether to read on */
  async function readPage(): Promise<boolean> {
    position ??= await loadPosition();
    const answer = await client.get('/events', { since: position.seq, limit: PAGE_EVENTS });
    const page = journalPageSchema.parse(answer);
    if (page.epoch !== position.epoch) {
      const isFirst = position.epoch === '';
      position = { epoch: page.epoch, seq: 0 };
      // The page was asked for at a position of another history.
      if (!isFirst) return true;
    }
    const { rows, rejects } = readRows(page.events, remoteEventSchema, 'Organoscope event');
    const unheard = rejects.filter(isNew);
    if (unheard.length > 0) await deps.deliver({ drafts: [], rejects: unheard });
    const seq = rows.reduce((last, event) => Math.max(last, event.seq), position.seq);
    if (seq === position.seq) return false;
    await deliverParts(partsOf(rows, name), { epoch: page.epoch, seq });
    position = { epoch: page.epoch, seq };
    return seq < page.lastSeq;
  }

  async function deliverParts(parts: readonly OrganismPart[], next: Position): Promise<void> {
    for (const [index, { organismId: of, drafts, rejects }] of parts.entries()) {
      // The position goes with the last part: a crash before it only repeats what is stored.
      const isLast = index === parts.length - 1;
      const cursors = isLast ? { [CURSOR]: JSON.stringify(next) } : undefined;
      await deps.deliver({ drafts, rejects: rejects.filter(isNew), cursors }, of);
    }
  }

  return createPolledSource(
    {
      description: { name, kind: 'organoscope', url: url.shown, organismId },
      intervalMs: POLL_MS,
      async read(isStopped) {
        while (!isStopped() && (await readPage()));
      },
      close: () => client.close(),
      noCommands: 'commands are given at the Organoscope that is connected to the runtime',
    },
    deps,
  );
}
