import { hash } from 'node:crypto';

import type { EventDraft } from '#organism/event.ts';

import { organismDraft } from '../drafts.ts';
import type { OtlpPoint } from './wire.ts';

/** Token and cost metrics are kept for comparison and never billed: spans and logs say the same call by call. */
const KEPT: ReadonlySet<string> = new Set([
  'gen_ai.client.token.usage',
  'gen_ai.client.inference.usage.input_tokens',
  'gen_ai.client.inference.usage.output_tokens',
  'gen_ai.client.inference.usage.cache_read.input_tokens',
  'gen_ai.client.inference.usage.cache_write.input_tokens',
  'gen_ai.client.inference.usage.reasoning.output_tokens',
  'claude_code.token.usage',
  'claude_code.cost.usage',
  'codex.turn.token_usage',
]);

/** Null: a metric that says nothing about tokens or cost. */
export function pointDraft(point: OtlpPoint): EventDraft | null {
  if (!KEPT.has(point.name)) return null;
  const { name, unit, value, isDelta, startAt, at } = point;
  const attributes = Object.fromEntries([...point.attributes].toSorted(byName));
  const emitter = [...point.resource].toSorted(byName);
  const place = hash('sha1', JSON.stringify([emitter, name, startAt, at, attributes]), 'hex');
  return {
    type: 'raw',
    key: `metric:${place}`,
    occurredAt: at,
    name,
    payload: { value, unit, isDelta, startAt, attributes },
  };
}

export function pointOrganism(service: string, point: OtlpPoint): EventDraft {
  return organismDraft(service, point.at, point.resource);
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
