import type { PreparedEvent } from '#db/store.ts';
import type { CallFacts } from '#organism/event.ts';

import type { AmendedCall, PreparedCall } from './amend-call.ts';

/**
 * What the journal keeps of an event as JSON: all that its own columns and, for a model call, the
 * ledger do not hold. `toEvent` is the way back.
 */
export function bodyOf(event: PreparedEvent): string {
  if (event.type === 'usage') return JSON.stringify(besideLedger(event));
  if (event.type === 'usage_amended') return amendmentBodyOf(event);
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

/** Of a call whose row in the ledger was amended: that row is another than the call was told by. */
export function amendedBodyOf(event: AmendedCall, told: CallFacts): string {
  return JSON.stringify({ ...besideLedger(event), told });
}

/** Of a call's amendment, which has no row in the ledger. */
function amendmentBodyOf(event: AmendedCall): string {
  const {
    key: _key,
    type: _type,
    occurredAt: _occurredAt,
    receivedAt: _receivedAt,
    ...body
  } = event;
  return JSON.stringify(body);
}

function besideLedger(event: PreparedCall | AmendedCall) {
  const { id, notReported, billing, metadata, mayRepeat, mayAmend, standIns } = event;
  const { cacheWrite1h, listCostNanos } = event;
  const common = { id, notReported, billing, metadata, mayRepeat, mayAmend, standIns };
  return { ...common, cacheWrite1h, listCostNanos };
}
