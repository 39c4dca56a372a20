/** Lines as Claude Code writes them into a transcript, with what a test wants to be different. */

interface LineFacts {
  readonly session?: string;
  readonly uuid?: string;
  readonly at?: string;
  readonly [name: string]: unknown;
}

let made = 0;

function line(type: string, { session = 'session-1', uuid, at, ...more }: LineFacts): string {
  made += 1;
  return JSON.stringify({
    parentUuid: null,
    isSidechain: false,
    userType: 'external',
    cwd: '/home/me/app',
    sessionId: session,
    version: '2.1.329',
    gitBranch: 'main',
    type,
    uuid: uuid ?? `uuid-${made}`,
    timestamp: at ?? '2026-11-21T02:31:11.000Z',
    ...more,
  });
}

export function userLine(content: unknown, more: LineFacts = {}): string {
  return line('user', { message: { role: 'user', content }, ...more });
}

export function resultLine(callId: string, content: unknown, more: LineFacts = {}): string {
  const { is_error = false, ...rest } = more;
  const block = { tool_use_id: callId, type: 'tool_result', content, is_error };
  return userLine([block], { toolUseResult: { stdout: content }, ...rest });
}

export function answerLine(
  ids: readonly [messageId: string, requestId: string | null],
  answer: {
    readonly content?: readonly object[];
    readonly output?: number;
    readonly stop?: string | null;
    readonly model?: string;
    readonly usage?: object;
  } = {},
  more: LineFacts = {},
): string {
  const { content = [{ type: 'text', text: 'said' }], output = 40, stop = null, usage } = answer;
  const [id, requestId] = ids;
  const { model = 'claude-sonnet-4-5' } = answer;
  return line('assistant', {
    message: {
      id,
      type: 'message',
      role: 'assistant',
      model,
      content,
      stop_reason: stop,
      stop_sequence: null,
      usage: usage ?? {
        input_tokens: 120,
        cache_creation_input_tokens: 900,
        cache_read_input_tokens: 4000,
        cache_creation: { ephemeral_5m_input_tokens: 600, ephemeral_1h_input_tokens: 300 },
        output_tokens: output,
        service_tier: 'standard',
      },
    },
    ...(requestId === null ? {} : { requestId }),
    ...more,
  });
}

export function otherLine(type: string, more: LineFacts = {}): string {
  return line(type, more);
}

export function toFile(lines: readonly string[]): string {
  return lines.map((text) => `${text}\n`).join('');
}
