import type { Random } from '#lab/agentserver/random.ts';
import type {
  SessionScript,
  SessionStory,
  ToldCall,
  Writing,
} from '#lab/session-files/session-story.ts';
import { createWords } from '#lab/session-files/words.ts';

import type { Answer, Transcript } from './transcript.ts';
import { createTranscript } from './transcript.ts';

/**
 * Claude Code at work: prompts, streamed answers, tools that fail now and then, sub-agents with files
 * of their own, sessions that are resumed under another name, and calls that the API refuses.
 */

const PROJECTS = ['-home-me-app', '-home-me-site', '-home-me-parser'];
const MODELS = [
  'claude-sonnet-4-5-20250929',
  'claude-opus-4-5-20251101',
  'claude-haiku-4-5-20251001',
];
const TOOLS = ['Bash', 'Read', 'Edit', 'Grep', 'Write'];
/** Lines of an earlier session that a resumed one begins with. */
const REPEATED_LINES = 12;

export interface ClaudeCodeStory extends SessionStory {
  /** Every call told to its end, each once. */
  readonly calls: readonly ToldCall[];
}

export function createClaudeCodeStory(
  random: Random,
  options: { readonly keepsCalls?: boolean } = {},
): ClaudeCodeStory {
  const words = createWords(random);
  const calls: ToldCall[] = [];
  let lastLines: readonly string[] = [];
  let lastSession = '';

  function tokens(isLast: boolean): Answer['tokens'] {
    return {
      input: random.int(1, 40),
      cacheWrite5m: random.int(0, 4000),
      cacheWrite1h: random.chance(0.2) ? random.int(0, 8000) : 0,
      cacheRead: random.int(0, 150_000),
      output: random.int(20, isLast ? 1500 : 400),
    };
  }

  /** One call of the model, in one to three lines, the tool it asks for, and what that gave. */
  function step(transcript: Transcript, at: number, isLast: boolean): void {
    const id = words.id(24);
    const used = tokens(isLast);
    const toolId = isLast ? null : `toolu_01${words.id(22)}`;
    const tool = random.pick(TOOLS);
    transcript.answer(at, {
      messageId: `msg_01${id}`,
      requestId: `req_011C${id}`,
      model: transcript.model,
      thinking: random.chance(0.2) ? words.piece(100, 900) : null,
      text: isLast || random.chance(0.5) ? words.piece(40, 1200) : null,
      tool: toolId === null ? null : { id: toolId, name: tool, input: inputOf(tool) },
      tokens: used,
    });
    if (options.keepsCalls !== false) calls.push(toldCall(`req_011C${id}`, at, used));
    if (toolId === null) return;
    const isError = random.chance(0.06);
    transcript.result(at + 200, toolId, isError ? 'Exit code 1' : words.piece(300, 9000), isError);
  }

  function inputOf(tool: string): object {
    if (tool === 'Bash') return { command: words.piece(10, 120), description: words.ask() };
    const path = `/home/me/${words.path()}`;
    return tool === 'Write'
      ? { file_path: path, content: words.piece(200, 4000) }
      : { file_path: path };
  }

  /** A turn is a list of steps to come; each writes a few lines. */
  function* play(transcript: Transcript): Generator<(at: number) => void> {
    const turns = random.int(2, 10);
    for (let turn = 0; turn < turns; turn += 1) {
      yield (at) => transcript.prompt(at, words.ask(), random.uuid());
      const steps = random.int(2, 12);
      for (let index = 0; index < steps; index += 1) {
        if (random.chance(0.03)) yield (at) => transcript.refused(at);
        if (random.chance(0.04)) yield* subAgent(transcript);
        yield (at) => step(transcript, at, index === steps - 1);
      }
      yield (at) => transcript.turnEnd(at, random.int(1000, 90_000));
    }
  }

  function* subAgent(parent: Transcript): Generator<(at: number) => void> {
    const child = parent.child(words.id(8).toLowerCase());
    yield (at) => child.prompt(at, words.ask(), null);
    const steps = random.int(1, 5);
    for (let index = 0; index < steps; index += 1) {
      yield (at) => step(child, at, index === steps - 1);
    }
  }

  return {
    calls,
    begin() {
      const session = random.uuid();
      const writings: Writing[] = [];
      const transcript = createTranscript({
        session,
        project: random.pick(PROJECTS),
        model: random.pick(MODELS),
        uuid: () => random.uuid(),
        write: (writing) => writings.push(writing),
      });
      if (lastLines.length > 0 && random.chance(0.15)) {
        transcript.repeat(lastLines.map((line) => line.replaceAll(lastSession, session)));
      }
      const steps = play(transcript);
      return scriptOf(steps, writings, () => {
        lastSession = session;
        lastLines = transcript.firstLines(REPEATED_LINES);
      });
    },
  };
}

function scriptOf(
  steps: Iterator<(at: number) => void>,
  writings: Writing[],
  onEnd: () => void,
): SessionScript {
  return {
    next(at) {
      const step = steps.next();
      if (step.done === true) onEnd();
      else step.value(at);
      return writings.splice(0);
    },
  };
}

function toldCall(id: string, at: number, tokens: Answer['tokens']): ToldCall {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = tokens;
  return { id, at, input, output, cacheRead, cacheWrite: cacheWrite5m + cacheWrite1h };
}
