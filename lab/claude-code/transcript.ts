import type { Writing } from '#lab/session-files/session-story.ts';

/** One call of the model, as its answer is streamed: a line for each part of it. */
export interface Answer {
  readonly messageId: string;
  readonly requestId: string;
  readonly model: string;
  readonly thinking: string | null;
  readonly text: string | null;
  readonly tool: { readonly id: string; readonly name: string; readonly input: object } | null;
  readonly tokens: {
    readonly input: number;
    readonly cacheWrite5m: number;
    readonly cacheWrite1h: number;
    readonly cacheRead: number;
    readonly output: number;
  };
}

/** A transcript being written, in the order of fields that Claude Code has. */
export interface Transcript {
  readonly model: string;
  prompt(at: number, text: string, promptId: string | null): void;
  answer(at: number, answer: Answer): void;
  result(at: number, callId: string, output: string, isError: boolean): void;
  /** The API refuses a call: a line in place of an answer. */
  refused(at: number): void;
  turnEnd(at: number, durationMs: number): void;
  /** Lines of an earlier session, which a resumed one begins with. */
  repeat(lines: readonly string[]): void;
  firstLines(count: number): readonly string[];
  /** A sub-agent's, in a file of its own. */
  child(agentId: string): Transcript;
}

interface TranscriptFacts {
  readonly session: string;
  readonly project: string;
  readonly model: string;
  readonly uuid: () => string;
  readonly write: (writing: Writing) => void;
  readonly agentId?: string;
}

const VERSION = '2.1.329';
/** Lines of a session that are remembered for one that resumes it. */
const MAX_FIRST_LINES = 20;

export function createTranscript(facts: TranscriptFacts): Transcript {
  const { session, project, model, uuid, write, agentId } = facts;
  const folder = agentId === undefined ? project : `${project}/${session}/subagents`;
  const file = `${folder}/${agentId === undefined ? session : `agent-${agentId}`}.jsonl`;
  const first: string[] = [];
  let parentUuid: string | null = null;
  let promptId: string | null = null;

  function put(at: number, more: Readonly<Record<string, unknown>>): void {
    const own = uuid();
    const line = JSON.stringify({
      parentUuid,
      isSidechain: agentId !== undefined,
      ...(agentId === undefined ? {} : { agentId }),
      userType: 'external',
      cwd: project.replaceAll('-', '/'),
      sessionId: session,
      version: VERSION,
      gitBranch: 'main',
      ...more,
      uuid: own,
      timestamp: new Date(at).toISOString(),
    });
    parentUuid = own;
    if (first.length < MAX_FIRST_LINES) first.push(line);
    write({ file, lines: [line] });
  }

  return {
    model,
    prompt(at, text, ownPromptId) {
      promptId = ownPromptId;
      const message = { role: 'user', content: text };
      put(at, { type: 'user', message, ...(promptId === null ? {} : { promptId }) });
    },
    answer(at, answer) {
      for (const { content, output, stop } of partsOf(answer)) {
        const usage = usageOf(answer.tokens, output);
        const { messageId: id, requestId } = answer;
        const message = {
          model: answer.model,
          id,
          type: 'message',
          role: 'assistant',
          content: [content],
          stop_reason: stop,
          stop_sequence: null,
          usage,
        };
        put(at, { message, requestId, type: 'assistant' });
      }
    },
    result(at, callId, output, isError) {
      const block = {
        tool_use_id: callId,
        type: 'tool_result',
        content: output,
        ...(isError ? { is_error: true } : {}),
      };
      const toolUseResult = { stdout: output, stderr: '', interrupted: false, isImage: false };
      put(at, { type: 'user', message: { role: 'user', content: [block] }, toolUseResult });
    },
    refused(at) {
      const content = [{ type: 'text', text: 'API Error: 529 {"type":"overloaded_error"}' }];
      const counts = { input: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, output: 0 };
      const message = {
        id: uuid(),
        model: '<synthetic>',
        role: 'assistant',
        stop_reason: 'stop_sequence',
        type: 'message',
        usage: usageOf(counts, 0),
        content,
      };
      put(at, { type: 'assistant', message, isApiErrorMessage: true });
    },
    turnEnd(at, durationMs) {
      put(at, { type: 'system', subtype: 'turn_duration', durationMs, isMeta: false });
    },
    repeat(lines) {
      write({ file, lines });
    },
    firstLines(count) {
      const lines = first.slice(0, count);
      // Half an answer is never repeated.
      while (lines.at(-1)?.includes('"stop_reason":null') === true) lines.pop();
      return lines;
    },
    child: (childId) => createTranscript({ ...facts, agentId: childId }),
  };
}

/** Counters grow with the parts; the last part says why the answer ended. */
function partsOf({ thinking, text, tool, tokens }: Answer) {
  const contents: object[] = [];
  if (thinking !== null) contents.push({ type: 'thinking', thinking, signature: 'c2lnbmF0dXJl' });
  if (text !== null) contents.push({ type: 'text', text });
  if (tool !== null) contents.push({ type: 'tool_use', ...tool });
  return contents.map((content, index) => {
    const isLast = index === contents.length - 1;
    const stop = tool === null ? 'end_turn' : 'tool_use';
    return { content, output: isLast ? tokens.output : index + 1, stop: isLast ? stop : null };
  });
}

function usageOf(tokens: Answer['tokens'], output: number): object {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h } = tokens;
  return {
    input_tokens: input,
    cache_creation_input_tokens: cacheWrite5m + cacheWrite1h,
    cache_read_input_tokens: cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite5m,
      ephemeral_1h_input_tokens: cacheWrite1h,
    },
    output_tokens: output,
    service_tier: 'standard',
  };
}
