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
  const { scope, name, unit, value, isDelta, startAt, at } = point;
  const attributes = Object.fromEntries([...point.attributes].toSorted(byName));
  const emitter = [...point.resource].toSorted(byName);
  // Two libraries of one process may count the same thing, each for itself.
  const series = [emitter, scope, name, attributes];
  const place = hash('sha1', JSON.stringify([...series, startAt, at]), 'hex');
  return {
    type: 'raw',
    key: `metric:${place}`,
    occurredAt: at,
    name,
    payload: { value, unit, isDelta, startAt, scope, attributes },
  };
}

export function pointOrganism(service: string, point: OtlpPoint): EventDraft {
  return organismDraft(service, point.at, point.resource);
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
