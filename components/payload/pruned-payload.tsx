/** In the place of a payload that was there once. */
export function PrunedPayload() {
  return <p className="text-ink-2">The payload is no longer kept; the message itself is.</p>;
}
