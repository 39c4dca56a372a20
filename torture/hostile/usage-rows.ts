/** Rows of `/usage/history` as raw JSON, oldest first: what is wrong with each, and how it is written. */

const TOO_MANY = '4611686018427387904';

const BAD_FIELDS: readonly (readonly [field: string, value: string])[] = [
  ['promptTokens', TOO_MANY],
  ['completionTokens', '9223372036854775807'],
  ['promptTokens', '1e400'],
  ['promptTokens', '1e300'],
  ['promptTokens', '-5'],
  ['promptTokens', '1.5'],
  ['promptTokens', '1000000000001'],
  ['promptTokens', 'null'],
  ['promptTokens', '"many"'],
  ['promptTokens', '[1]'],
  ['promptTokens', '{"valueOf":1}'],
  ['promptTokens', 'NaN'],
  ['completionTokens', 'Infinity'],
  ['timestamp', '"yesterday"'],
  ['timestamp', '8.64e15'],
  ['timestamp', '"+275760-09-13T00:00:01Z"'],
];
/** The call is sound, and this part of it cannot be believed. */
const ODD_FIELDS: readonly (readonly [field: string, value: string])[] = [
  ['estimatedCost', '-1'],
  ['estimatedCost', '1e400'],
  ['estimatedCost', '"free"'],
  ['latencyMs', '-1e9'],
  ['threadId', '"__proto__"'],
  ['agentId', '["a"]'],
  ['model', '{}'],
  ['metadata', '{"__proto__":{"polluted":true}}'],
  ['metadata', '[]'],
];

export interface UsageRow {
  readonly json: string;
  /** Whether it is a call that must be on the bill. */
  readonly isSound: boolean;
}

/** Two tokens each where it is sound. */
export function makeUsageRows(count: number): readonly UsageRow[] {
  const kinds = [...BAD_FIELDS, ...ODD_FIELDS, ['provider', '"nobody"'] as const];
  return Array.from({ length: count }, (_, i) => {
    const [field, value] = kinds[i % kinds.length] ?? ['provider', '"nobody"'];
    const fields = {
      id: String(i + 1),
      timestamp: `"2026-11-21T03:${String(i % 60).padStart(2, '0')}:00Z"`,
      threadId: '"t"',
      agentId: '"a"',
      model: '"model-of-no-table"',
      provider: '"nobody"',
      promptTokens: '1',
      completionTokens: '1',
      totalTokens: '2',
      latencyMs: '1',
      metadata: '{}',
      [field]: value,
    };
    const body = Object.entries(fields).map(([name, part]) => `"${name}":${part}`);
    return { json: `{${body.join()}}`, isSound: i % kinds.length >= BAD_FIELDS.length };
  });
}
