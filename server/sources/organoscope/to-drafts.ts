import { hash } from 'node:crypto';

import { z } from 'zod';

import type { EventDraft, JournalEvent } from '#organism/event.ts';
import { eventDraftSchema } from '#organism/event.ts';

import type { UnreadableInput } from '../source.ts';

const MAX_KEY_CHARS = 512;
const MAX_ORGANISM_CHARS = 256;

/** A page of another Organoscope's journal. Its events are checked one by one. */
export const journalPageSchema = z.object({
  epoch: z.string().min(1),
  lastSeq: z.number().int().min(0),
  events: z.array(z.unknown()),
});
export const remoteEventSchema = z.looseObject({
  seq: z.number().int().min(1),
  organismId: z.string().min(1),
  source: z.string().min(1),
  key: z.string().min(1),
  amends: z.looseObject({ key: z.string().min(1) }).optional(),
});
export type RemoteEvent = z.infer<typeof remoteEventSchema>;

/** What one page holds of one organism. */
export interface OrganismPart {
  readonly organismId: string;
  readonly drafts: EventDraft[];
  readonly rejects: UnreadableInput[];
}

/**
 * Events of another journal, by organism. Keys are made of the source they had there and their key,
 * so that an event is the same however often it is read, after a restore of the other side too.
 * @param edge this source's name: its organisms stand under it
 */
export function partsOf(events: readonly RemoteEvent[], edge: string): OrganismPart[] {
  const parts = new Map<string, OrganismPart>();
  for (const event of events) {
    const organismId = `${edge}/${event.organismId}`.slice(0, MAX_ORGANISM_CHARS);
    let part = parts.get(organismId);
    if (part === undefined) {
      part = { organismId, drafts: [], rejects: [] };
      parts.set(organismId, part);
    }
    const draft = eventDraftSchema.safeParse(draftFields(event));
    if (draft.success) part.drafts.push(draft.data);
    else part.rejects.push(unreadable(event, draft.error));
  }
  return [...parts.values()];
}

/** What is the other side's own stays there: its position, its clock, the price it found. */
const LEFT_BEHIND: Readonly<Record<Exclude<keyof JournalEvent, keyof EventDraft>, true>> & {
  readonly costNanos: true;
  readonly price: true;
} = { seq: true, organismId: true, source: true, receivedAt: true, costNanos: true, price: true };

function draftFields(event: RemoteEvent): Record<string, unknown> {
  const fields = Object.entries(event).filter(([name]) => !(name in LEFT_BEHIND));
  const draft = { ...Object.fromEntries(fields), key: keyOf(event) };
  // What a call is by now is that call, told again.
  return event['type'] === 'usage_amended' ? { ...draft, type: 'usage' } : draft;
}

/** What amends a message is that message again, with more in it: it has its key. */
function keyOf({ organismId, source, key: own, amends }: RemoteEvent): string {
  const key = amends?.key ?? own;
  const whole = `${organismId}/${source}/${key}`;
  if (whole.length <= MAX_KEY_CHARS) return whole;
  const digest = hash('sha256', whole, 'hex');
  return `${whole.slice(0, MAX_KEY_CHARS - digest.length - 1)}#${digest}`;
}

function unreadable({ seq }: RemoteEvent, error: z.ZodError): UnreadableInput {
  const [issue] = error.issues;
  const detail = `Organoscope event at position ${seq}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`;
  return { reason: 'invalid-event', detail, sample: '' };
}
