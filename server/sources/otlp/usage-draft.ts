import type { DraftOf } from '#organism/event.ts';

import { clip } from '../drafts.ts';
import { hourField, hourWrites } from '../hour-writes.ts';
import { asRecord } from '../plain-values.ts';
import { reportedCostNanos, textOf, tokensOf } from './aliases.ts';
import type { Attributes } from './wire.ts';

/** Null when the record counts no tokens. */
export function usageDraft(
  attributes: Attributes,
  call: {
    key: string;
    at: number;
    id: string | null;
    threadId: string;
    agent: string;
    latencyMs: number | null;
    metadata?: Record<string, unknown>;
    /** Where a whole service belongs to a team, its resource says so. */
    resource: Attributes;
  },
): DraftOf<'usage'> | null {
  const read = tokensOf(attributes);
  if (read === null) return null;
  const { key, at, id, threadId, agent, latencyMs, metadata = {}, resource } = call;
  return {
    type: 'usage',
    key,
    occurredAt: at,
    ...(id === null ? {} : { id: clip(id) }),
    threadId,
    agent,
    // What answered is what is billed; what was asked for may be an alias of it.
    model: clip(textOf(attributes, 'responseModel') ?? textOf(attributes, 'requestModel') ?? ''),
    provider: clip(providerOf(attributes)),
    org: nullableClip(textOf(attributes, 'org') ?? textOf(resource, 'org')),
    user: nullableClip(textOf(attributes, 'user') ?? textOf(resource, 'user')),
    ...read,
    ...hourField(hourWrites(anthropicUsage(attributes)), read.tokens.cacheWrite),
    latencyMs,
    reportedCostNanos: reportedCostNanos(attributes),
    metadata,
  };
}

/** The Vercel AI SDK's own names say which of a provider's interfaces was called: `openai.responses`. */
const INTERFACE =
  /\.(?:chat|responses|messages|completions?|text-?embedding|embedding|image|generative-ai)$/;

function providerOf(attributes: Attributes): string {
  return (textOf(attributes, 'provider') ?? '').toLowerCase().replace(INTERFACE, '');
}

/** What Anthropic said itself, where the Vercel AI SDK passes it on as JSON in one attribute. */
function anthropicUsage(attributes: Attributes): unknown {
  const metadata = attributes.get('ai.response.providerMetadata');
  if (typeof metadata !== 'string' || !metadata.includes('ephemeral_1h')) return null;
  try {
    return asRecord(asRecord(JSON.parse(metadata))['anthropic'])['usage'];
  } catch {
    return null;
  }
}

function nullableClip(text: string | null): string | null {
  return text === null ? null : clip(text);
}
