import { parseBounded } from '#server/ingest/limits.ts';

import type { Endpoint, ReceivedRequest, Receiver, ReceiverDeps, Reply } from '../receiver.ts';
import { jsonReply, refusal } from '../receiver.ts';
import { createAgentsIntake } from './agents-intake.ts';
import { readAgentsBatch } from './wire.ts';

/** The tail of the path the SDK's own exporter posts to. */
const PATH = '/v1/traces/ingest';
const MAX_BODY_BYTES = 16 << 20;

/** Takes what `OpenAITracingExporter` of the OpenAI Agents SDK posts when it is pointed at us. */
export function createOpenAiAgentsReceiver(deps: ReceiverDeps): Omit<Receiver, 'kind'> {
  const intake = createAgentsIntake(deps);

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
    await intake.take(batch);
    return { status: 204, headers: {}, body: '' };
  }

  const endpoint: Endpoint = {
    method: 'POST',
    path: PATH,
    maxBytes: MAX_BODY_BYTES,
    receive,
    refuse: ({ status, headers, detail }) =>
      jsonReply(status, { error: { message: detail } }, headers),
  };
  return { endpoints: [endpoint], start: () => intake.start(), stop: () => intake.stop() };
}
