import { z } from 'zod';

import { anything, listOf, record, text } from '../lenient.ts';

/** The streams of the two OpenAI forms of a Hermes server. */

const failure = z.looseObject({ message: text }).nullish().catch(null);

/** `chat.completion.chunk`, and what stands between: `hermes.tool.progress`, an error. */
export const chunkSchema = z.looseObject({
  choices: listOf(
    z.looseObject({
      delta: z.looseObject({ content: text }).nullish().catch(null),
      finish_reason: text,
    }),
  ),
  usage: record,
  error: failure,
  tool: text,
  label: text,
  toolCallId: text,
  status: text,
});

const itemSchema = z.looseObject({
  type: text,
  call_id: text,
  name: text,
  arguments: text,
  output: anything,
  content: anything,
});
export type AnswerItem = z.infer<typeof itemSchema>;

/** One event of `/v1/responses`. */
export const responseEventSchema = z.looseObject({
  type: z.string().min(1).max(200),
  delta: text,
  item: itemSchema.nullish().catch(null),
  response: z
    .looseObject({ id: text, usage: record, error: failure, output: listOf(itemSchema) })
    .nullish()
    .catch(null),
});
export type ResponseEvent = z.infer<typeof responseEventSchema>;
