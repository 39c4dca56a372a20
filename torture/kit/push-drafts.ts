import type { EventDraft } from '#organism/event.ts';

import type { Answer } from './ledger.ts';

const BATCH_EVENTS = 500;

/** Sends events that are no numbered ones. @throws Error when the answer is not a good one */
export async function pushDrafts(
  url: string,
  source: string,
  drafts: readonly EventDraft[],
): Promise<Answer> {
  const sum = { accepted: 0, duplicate: 0, rejected: 0 };
  for (let from = 0; from < drafts.length; from += BATCH_EVENTS) {
    const response = await fetch(`${url}/api/v1/events?source=${source}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(drafts.slice(from, from + BATCH_EVENTS)),
    });
    if (!response.ok) throw new Error(`events: ${response.status} ${await response.text()}`);
    const answer = (await response.json()) as Answer;
    sum.accepted += answer.accepted;
    sum.duplicate += answer.duplicate;
    sum.rejected += answer.rejected;
  }
  return sum;
}
