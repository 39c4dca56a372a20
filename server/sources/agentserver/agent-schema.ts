import { z } from 'zod';

import type { AgentSchema } from '../source.ts';
import type { RestClient } from '../upstream/rest-client.ts';
import { RestError } from '../upstream/rest-client.ts';
import { namePath } from './name-path.ts';

const schemaSchema = z.object({
  schema: z.string().max(1024 * 1024),
  contentType: z.string().max(256).catch('application/xml'),
});

/** Reads one agent's schema through; null when the server has none, fails on it (500) or is away. */
export async function readAgentSchema(
  rest: RestClient,
  agent: string,
): Promise<AgentSchema | null> {
  const path = namePath('/agents', agent, 'schema');
  if (path === null) return null;
  try {
    const parsed = schemaSchema.safeParse(await rest.get(path));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof RestError) return null;
    throw error;
  }
}
