import type { PreparedEvent } from '#db/store.ts';

/**
 * What the journal keeps of an event as JSON: all that its own columns and, for a model call, the
 * ledger do not hold. `toEvent` is the way back.
 */
export function bodyOf(event: PreparedEvent): string {
  if (event.type === 'usage') {
    const { id, notReported, billing, metadata, mayRepeat, cacheWrite1h, listCostNanos } = event;
    return JSON.stringify({
      id,
      notReported,
      billing,
      metadata,
      mayRepeat,
      cacheWrite1h,
      listCostNanos,
    });
  }
  const {
    key: _key,
    type: _type,
    occurredAt: _occurredAt,
    receivedAt: _receivedAt,
    costNanos: _costNanos,
    price: _price,
    ...body
  } = event;
  return JSON.stringify(body);
}
