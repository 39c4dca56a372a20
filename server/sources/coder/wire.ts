import { z } from 'zod';

import { amount, anything, flag, instant, listOf, number, text, texts } from '../lenient.ts';

/** Coder's AI Bridge, read leniently: null, an absent key and an empty list are the same. */

const tokensSchema = z
  .looseObject({
    input_tokens: amount,
    output_tokens: amount,
    cache_read_input_tokens: amount,
    cache_write_input_tokens: amount,
    metadata: anything,
  })
  .nullish()
  .catch(null);
export type WireTokens = z.infer<typeof tokensSchema>;

const initiatorSchema = z.looseObject({ id: z.string().min(1), username: text, name: text });
export type WireInitiator = z.infer<typeof initiatorSchema>;

/** What came without an id or as something else is shown by its place. */
const toolCallSchema = z.looseObject({
  id: text,
  server_url: text,
  tool: text,
  injected: flag,
  input: text,
  created_at: instant,
});
export type WireToolCall = z.infer<typeof toolCallSchema>;
const NO_CALL: WireToolCall = {
  id: null,
  server_url: null,
  tool: null,
  injected: null,
  input: null,
  created_at: null,
};

export const threadSchema = z.looseObject({
  id: z.string().min(1),
  prompt: text,
  model: text,
  provider: text,
  started_at: instant,
  ended_at: instant,
  token_usage: tokensSchema,
  error_type: text,
  error_message: text,
  agentic_actions: listOf(
    z
      .looseObject({
        thinking: listOf(z.looseObject({ text }).catch({ text: null })),
        tool_calls: listOf(toolCallSchema.catch(NO_CALL)),
      })
      .catch({ thinking: [], tool_calls: [] }),
  ),
});
export type WireThread = z.infer<typeof threadSchema>;

export const sessionSchema = z.looseObject({
  id: z.string().min(1),
  initiator: initiatorSchema,
  client: text,
  started_at: instant,
  ended_at: instant,
  threads: number,
  token_usage_summary: tokensSchema,
  providers: texts,
  models: texts,
  last_prompt: text,
  last_active_at: instant,
});
export type WireSession = z.infer<typeof sessionSchema>;

const rows = z
  .array(z.unknown())
  .nullish()
  .transform((list) => list ?? []);
/** Rows are read one by one. */
export const sessionPageSchema = z.looseObject({ sessions: rows, count: number });
export const sessionDetailSchema = z.looseObject({
  initiator: initiatorSchema.nullish().catch(null),
  threads: rows,
});

/** A session with its threads. */
export interface WireDetail extends Pick<WireSession, 'id' | 'initiator' | 'client'> {
  readonly threads: readonly WireThread[];
}
