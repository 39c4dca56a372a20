/** What is left of an event that is no longer kept: its row and its key, which are for ever. */
export const NO_BODY = '';

/** What a message has in place of its payload. */
export const PRUNED_PAYLOAD = { payload: null, isPayloadPruned: true } as const;

/** A message's body without its payload. */
export function emptyPayload(body: string): string {
  const event: unknown = JSON.parse(body);
  return JSON.stringify({ ...Object(event), ...PRUNED_PAYLOAD });
}
