import type { Random } from '#lab/agentserver/random.ts';
import type { SessionStory, ToldCall, Writing } from '#lab/session-files/session-story.ts';
import { createWords } from '#lab/session-files/words.ts';

import type { Counters, Rollout } from './rollout.ts';
import { createRollout } from './rollout.ts';

/** Codex at work: turns of commands, changed files and answers, one file for each session. */

const FOLDERS = ['/home/me/app', '/home/me/site', '/home/me/parser'];
const MODELS = ['gpt-5.1-codex', 'gpt-5.5', 'gpt-5.1-codex-mini'];

export interface CodexStory extends SessionStory {
  /** Every request told, each once. */
  readonly calls: readonly ToldCall[];
}

export function createCodexStory(
  random: Random,
  options: { readonly keepsCalls?: boolean } = {},
): CodexStory {
  const words = createWords(random);
  const calls: ToldCall[] = [];

  function use(): Counters {
    const input = random.int(2000, 120_000);
    const output = random.int(20, 1500);
    return {
      input_tokens: input,
      cached_input_tokens: random.int(0, input),
      cache_write_input_tokens: 0,
      output_tokens: output,
      reasoning_output_tokens: random.int(0, output),
      total_tokens: input + output,
    };
  }

  function request(rollout: Rollout, at: number): void {
    const used = use();
    const ordinal = rollout.used(at, used);
    if (options.keepsCalls === false) return;
    const { input_tokens: input, cached_input_tokens: cacheRead, output_tokens: output } = used;
    const id = `${rollout.threadId}:${ordinal}`;
    calls.push({ id, at, input: input - cacheRead, output, cacheRead, cacheWrite: 0 });
  }

  function step(rollout: Rollout, at: number): void {
    if (random.chance(0.2)) rollout.reasoning(at, words.piece(60, 500));
    request(rollout, at);
    if (random.chance(0.75)) {
      const exitCode = random.chance(0.1) ? 1 : 0;
      rollout.command(at, words.piece(10, 120), words.piece(300, 9000), exitCode);
    } else {
      rollout.fileChange(at, `${rollout.cwd}/${words.path()}`, words.piece(100, 3000));
    }
  }

  function* play(rollout: Rollout): Generator<(at: number) => void> {
    yield (at) => rollout.begin(at);
    const turns = random.int(2, 10);
    for (let turn = 0; turn < turns; turn += 1) {
      yield (at) => rollout.turnStart(at, random.uuid(), words.ask());
      const steps = random.int(2, 12);
      for (let index = 0; index < steps; index += 1) yield (at) => step(rollout, at);
      yield (at) => {
        request(rollout, at);
        rollout.turnEnd(at, words.piece(40, 1200));
      };
    }
  }

  return {
    calls,
    begin(beganAt) {
      const writings: Writing[] = [];
      const rollout = createRollout({
        threadId: random.uuid(),
        cwd: random.pick(FOLDERS),
        model: random.pick(MODELS),
        beganAt,
        id: () => words.id(16),
        write: (writing) => writings.push(writing),
      });
      const steps = play(rollout);
      return {
        next(at) {
          const next = steps.next();
          if (next.done !== true) next.value(at);
          return writings.splice(0);
        },
      };
    },
  };
}
