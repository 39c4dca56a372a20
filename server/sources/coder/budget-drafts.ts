import type { DraftOf, EventDraft } from '#organism/event.ts';
import { formatUsd } from '#organism/money.ts';

import { clip, errorDraft } from '../drafts.ts';

/** What a group or a person may spend, as it was read. */
export interface Spending {
  readonly holder: 'group' | 'user';
  readonly id: string;
  readonly name: string;
  readonly usedMicros: number | null;
  readonly limitMicros: number | null;
  readonly periodStart: number | null;
  readonly periodEnd: number | null;
  readonly note?: string | undefined;
}

const NANOS_PER_MICRO = 1000;

/** The reading, and a warning once a period when nothing is left: the bridge then refuses. */
export function spendingDrafts(spending: Spending, now: number): EventDraft[] {
  const { holder, name, periodStart, periodEnd, note } = spending;
  const id = clip(`${holder}:${spending.id}`);
  const used = toNanos(spending.usedMicros);
  const limit = toNanos(spending.limitMicros);
  const reading: DraftOf<'allowance'> = {
    type: 'allowance',
    key: `allowance:${id}:${periodStart ?? ''}:${used ?? ''}:${limit ?? ''}`,
    occurredAt: now,
    id,
    name: clip(name),
    holder,
    unit: 'nanos',
    used,
    limit,
    ...(periodStart === null ? {} : { periodStart }),
    ...(periodEnd === null ? {} : { periodEnd }),
    ...(note === undefined ? {} : { note }),
  };
  const isSpent = used !== null && limit !== null && used >= limit;
  if (!isSpent) return [reading];
  const key = `allowance-spent:${id}:${periodStart ?? ''}`;
  const text = `budget of ${holder} ${name} is used up: ${formatUsd(used, { compact: true })} of ${formatUsd(limit, { compact: true })}`;
  return [
    reading,
    errorDraft({ key, at: now, threadId: null, agent: null, text, severity: 'warning' }),
  ];
}

function toNanos(micros: number | null): number | null {
  return micros === null ? null : Math.round(micros) * NANOS_PER_MICRO;
}
