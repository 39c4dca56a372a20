const SESSIONS = 20;
const NANOS_PER_MS = 1_000_000n;

type Value = string | number;

/** Records as Claude Code writes them: of every four one prompt, one call, one decision, one result. */
export function createClaudeCodeLogs(count: number, from: number): object[] {
  return Array.from({ length: count }, (_, index) => {
    const [name, own] = EVENTS[index % EVENTS.length] ?? EVENTS[0];
    const at = String(BigInt(from + index) * NANOS_PER_MS);
    return {
      timeUnixNano: at,
      observedTimeUnixNano: at,
      body: { stringValue: `claude_code.${name}` },
      attributes: attributesOf({
        'user.id': '9b00152959637e21',
        'session.id': `session-${index % SESSIONS}`,
        'anthropic.provider': 'firstParty',
        'terminal.type': 'xterm',
        'event.name': name,
        'event.sequence': index,
        'prompt.id': `prompt-${index >> 2}`,
        ...own(index >> 2),
      }),
      flags: 1,
    };
  });
}

const EVENTS: readonly [Event, ...Event[]] = [
  ['user_prompt', () => ({ prompt_length: 42, prompt: 'Why does the build fail on Tuesdays?' })],
  [
    'api_request',
    (turn) => ({
      model: 'claude-sonnet-4-5',
      input_tokens: 120,
      output_tokens: 40,
      cache_read_tokens: 4000,
      cache_creation_tokens: 900,
      cost_usd_micros: 5535,
      duration_ms: '2518',
      request_id: `req_${turn}`,
      query_source: 'sdk',
    }),
  ],
  [
    'tool_decision',
    (turn) => ({ tool_name: 'Bash', tool_use_id: `toolu_${turn}`, decision: 'accept' }),
  ],
  [
    'tool_result',
    (turn) => ({
      tool_name: 'Bash',
      tool_use_id: `toolu_${turn}`,
      success: 'true',
      duration_ms: '18',
    }),
  ],
];
type Event = readonly [name: string, own: (turn: number) => Record<string, Value>];

function attributesOf(values: Record<string, Value>): object[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
  }));
}
