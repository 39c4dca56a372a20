import { parseBounded } from '#server/ingest/limits.ts';

import type { Endpoint, ReceivedRequest, ReceiverDeps, Reply } from '../receiver.ts';
import { jsonReply, refusal } from '../receiver.ts';
import { OPENAI_AGENTS, toDrafts } from './to-drafts.ts';
import { createTraceBook } from './trace-book.ts';
import { readAgentsBatch } from './wire.ts';

/** The tail of the path the SDK's own exporter posts to. */
const PATH = '/v1/traces/ingest';
const MAX_BODY_BYTES = 16 << 20;

/** Takes what `OpenAITracingExporter` of the OpenAI Agents SDK posts when it is pointed at us. */
export function createOpenAiAgentsEndpoints(deps: ReceiverDeps): readonly Endpoint[] {
  const book = createTraceBook();

  async function receive({ body }: ReceivedRequest): Promise<Reply> {
    const parsed = parseBounded(body.toString('utf8'), {
      maxBytes: MAX_BODY_BYTES,
      source: 'OpenAI Agents traces',
    });
    if (!parsed.ok) return refusal(400, { error: { message: parsed.detail } }, parsed);
    const batch = readAgentsBatch(parsed.value);
    if (batch === null) {
      const detail = 'OpenAI Agents traces: expected {"data": [...]}';
      return refusal(400, { error: { message: detail } }, { reason: 'invalid-event', detail });
    }
    await deps.deliver(OPENAI_AGENTS, {
      drafts: toDrafts(batch, book, deps.now()),
      rejects: batch.unreadable.map((item) => ({
        reason: 'invalid-event' as const,
        detail: 'OpenAI Agents item: expected a trace or a trace.span with an id',
        sample: JSON.stringify(item) ?? '',
      })),
    });
    return { status: 204, headers: {}, body: '' };
  }

  return [
    {
      method: 'POST',
      path: PATH,
      maxBytes: MAX_BODY_BYTES,
      receive,
      refuse: ({ status, headers, detail }) =>
        jsonReply(status, { error: { message: detail } }, headers),
    },
  ];
}
