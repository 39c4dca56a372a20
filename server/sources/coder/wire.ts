import { z } from 'zod';

import { amount, flag, instant, listOf, number, text } from '../lenient.ts';

/** Coder's AI Bridge, read leniently: null, an absent key and an empty list are the same. */

const tokensSchema = z
  .looseObject({
    input_tokens: amount,
    output_tokens: amount,
    cache_read_input_tokens: amount,
    cache_write_input_tokens: amount,
  })
  .nullish()
  .catch(null);
export type WireTokens = z.infer<typeof tokensSchema>;

const initiatorSchema = z.looseObject({ id: z.string().min(1), username: text, name: text });

const toolCallSchema = z.looseObject({
  id: z.string().min(1),
  server_url: text,
  tool: text,
  injected: flag,
  input: text,
  created_at: instant,
});
export type WireToolCall = z.infer<typeof toolCallSchema>;

const threadSchema = z.looseObject({
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
    z.looseObject({
      thinking: listOf(z.looseObject({ text })),
      tool_calls: listOf(toolCallSchema),
    }),
  ),
});
export type WireThread = z.infer<typeof threadSchema>;

const sessionSchema = z.looseObject({
  id: z.string().min(1),
  initiator: initiatorSchema,
  client: text,
  started_at: instant,
  ended_at: instant,
  threads: number,
  token_usage_summary: tokensSchema,
  last_active_at: instant,
});
export type WireSession = z.infer<typeof sessionSchema>;

export const sessionPageSchema = z.looseObject({ sessions: listOf(sessionSchema) });

export const sessionDetailSchema = z.looseObject({
  id: z.string().min(1),
  initiator: initiatorSchema,
  client: text,
  threads: listOf(threadSchema),
});
export type WireDetail = z.infer<typeof sessionDetailSchema>;
