import type { EventDraft } from '#organism/event.ts';

import { createBoundedMap } from '../bounded-map.ts';
import { inOrganism } from '../drafts.ts';
import type { Endpoint, ReceivedRequest, ReceiverDeps, Reply } from '../receiver.ts';
import { jsonReply, refusal } from '../receiver.ts';
import type { UnreadableInput } from '../source.ts';
import { organismIdOf, toDrafts } from './to-drafts.ts';
import { MAX_BATCH_BYTES, readBatch } from './wire.ts';

const PATHS = ['/v1/ingest', '/v1/ingest/raw'];
/** Facts that are stored; nearly every batch tells them again. */
const MAX_TOLD = 20_000;
/** The reference receiver's word for every failure that is not the batch's own. */
const STORAGE_FAILURE = { status: 500, error: 'enqueue failed' };
const OWN_WORDS: ReadonlyMap<number, string> = new Map([
  [401, 'unauthorized'],
  [403, 'unauthorized'],
  [413, 'batch too large'],
]);

/**
 * Stands in for the modelstat daemon: an unchanged SDK posts to port 4319 and hears what the
 * reference receiver would say, after the batch is durable. The SDK sends a batch twice at most, so
 * whatever can be taken is taken.
 */
export function createModelstatEndpoints(deps: Pick<ReceiverDeps, 'deliver'>): readonly Endpoint[] {
  const told = createBoundedMap<true>(MAX_TOLD);

  async function receive({ body }: ReceivedRequest): Promise<Reply> {
    const reading = readBatch(body.toString('utf8'));
    if (!reading.ok) {
      const { status, error, reason } = reading;
      return refusal(status, { error }, { reason, detail: `modelstat batch: ${error}` });
    }
    const { batch } = reading;
    const organismId = organismIdOf(batch);
    const drafts = inOrganism(organismId, toDrafts(batch)).filter(({ key }) => !told.has(key));
    await deps.deliver(organismId, {
      drafts,
      rejects: batch.unreadableToolCalls.map(unreadable),
    });
    for (const draft of drafts) if (isFact(draft)) told.set(draft.key, true);
    return jsonReply(200, { accepted: batch.events.length, queued: true });
  }

  return PATHS.map((path) => ({
    method: 'POST',
    path,
    maxBytes: MAX_BATCH_BYTES,
    receive,
    refuse({ status, headers }) {
      const words = OWN_WORDS.get(status);
      if (words === undefined) {
        return jsonReply(STORAGE_FAILURE.status, { error: STORAGE_FAILURE.error }, headers);
      }
      return jsonReply(status === 403 ? 401 : status, { error: words }, headers);
    },
  }));
}

/** Of an organism, an agent or a thread: stored once for ever, whatever a later batch says of it. */
function isFact({ type }: EventDraft): boolean {
  return type === 'organism' || type === 'agent' || type === 'thread_created';
}

function unreadable(raw: unknown): UnreadableInput {
  return {
    reason: 'invalid-event',
    detail:
      'modelstat tool call: external_call_id and session_id must be filled texts, at most 20,000 in a batch',
    sample: JSON.stringify(raw) ?? '',
  };
}
