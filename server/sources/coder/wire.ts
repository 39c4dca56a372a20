import { z } from 'zod';

import { parseInstant } from '#organism/instant.ts';

/** Coder's AI Bridge, read leniently: null, an absent key and an empty list are the same. */

const text = z.string().nullish().catch(null);
const instant = z
  .string()
  .transform((value) => parseInstant(value))
  .nullish()
  .catch(null);
const count = z.number().min(0).max(1e12).nullish().catch(null);

const tokensSchema = z
  .looseObject({
    input_tokens: count,
    output_tokens: count,
    cache_read_input_tokens: count,
    cache_write_input_tokens: count,
  })
  .nullish()
  .catch(null);
export type WireTokens = z.infer<typeof tokensSchema>;

const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);

const initiatorSchema = z.looseObject({ id: z.string().min(1), username: text, name: text });

const toolCallSchema = z.looseObject({
  id: z.string().min(1),
  server_url: text,
  tool: text,
  injected: z.boolean().nullish().catch(null),
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
  agentic_actions: list(
    z.looseObject({
      thinking: list(z.looseObject({ text })),
      tool_calls: list(toolCallSchema),
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
  threads: z.number().nullish().catch(null),
  token_usage_summary: tokensSchema,
  last_active_at: instant,
});
export type WireSession = z.infer<typeof sessionSchema>;

export const sessionPageSchema = z.looseObject({ sessions: list(sessionSchema) });

export const sessionDetailSchema = z.looseObject({
  id: z.string().min(1),
  initiator: initiatorSchema,
  client: text,
  threads: list(threadSchema),
});
export type WireDetail = z.infer<typeof sessionDetailSchema>;
