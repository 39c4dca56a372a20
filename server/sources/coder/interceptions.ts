import { z } from 'zod';

import type { EventDraft } from '#organism/event.ts';

import { clip, errorDraft } from '../drafts.ts';
import { instant, listOf, text } from '../lenient.ts';
import type { People } from './people.ts';
import { clientOf } from './to-drafts.ts';

/**
 * The deprecated list of single requests: it alone tells of tools that could not be called. Usage is
 * not taken from it, as that of the threads is.
 */
const interceptionsSchema = z.looseObject({
  results: listOf(
    z.looseObject({
      id: z.string().min(1),
      initiator: z.looseObject({ id: z.string().min(1), username: text }),
      client: text,
      tool_usages: listOf(
        z.looseObject({
          id: z.string().min(1),
          tool: text,
          invocation_error: text,
          created_at: instant,
        }),
      ),
    }),
  ),
});

/** Tools that could not be called, one error each, however often they are read. */
export function invocationErrors(
  answer: unknown,
  people: Pick<People, 'nameOf'>,
  now: number,
): EventDraft[] {
  const list = interceptionsSchema.safeParse(answer);
  return (list.data?.results ?? []).flatMap((interception) =>
    interception.tool_usages.flatMap((usage) => {
      const { invocation_error: error, tool } = usage;
      if (error === null || error === undefined || error === '') return [];
      return [
        errorDraft({
          key: `tool-error:${clip(usage.id)}`,
          at: usage.created_at ?? now,
          threadId: null,
          agent: clientOf({
            client: interception.client,
            initiator: {
              ...interception.initiator,
              username: people.nameOf(interception.initiator),
            },
          }),
          text: `${tool ?? 'tool'}: ${error}`,
        }),
      ];
    }),
  );
}
