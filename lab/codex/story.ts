import type { Random } from '#lab/agentserver/random.ts';
import type { SessionStory, ToldCall, Writing } from '#lab/session-files/session-story.ts';
import { createWords } from '#lab/session-files/words.ts';

import type { Counters, Rollout } from './rollout.ts';
import { createRollout } from './rollout.ts';

/** Codex at work: turns of commands, changed files and answers, one file for each session. */

const FOLDERS = ['/home/me/app', '/home/me/site', '/home/me/parser'];
/** Sub-agents of sub-agents have none. */
const MAX_DEPTH = 2;
const MAX_CHILDREN = 3;
/** Of a turn in which work is handed on. */
const SPAWN_CHANCE = 0.35;
const NICKNAMES = ['Euler', 'Noether', 'Hopper', 'Turing', 'Lovelace'];
const ROLES = ['explorer', 'reviewer', 'worker'];
const MODELS = ['gpt-5.1-codex', 'gpt-5.5', 'gpt-5.1-codex-mini'];

/** Steps of the story, each to be taken at its time. */
type Play<T> = Generator<(at: number) => void, T>;

export interface CodexStory extends SessionStory {
  /** Every request told, each once. */
  readonly calls: readonly ToldCall[];
}

export function createCodexStory(
  random: Random,
  options: {
    readonly keepsCalls?: boolean;
    /** Whether sub-agents help. */
    readonly spawns?: boolean;
  } = {},
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

  /** @param asked what a sub-agent is to do; a person's words are made up */
  function* playTurn(rollout: Rollout, depth: number, asked?: string): Play<string> {
    yield (at) => rollout.turnStart(at, idAt(at), asked ?? words.ask());
    const steps = random.int(2, 12);
    for (let index = 0; index < steps; index += 1) yield (at) => step(rollout, at);
    const isHelped = options.spawns === true && depth < MAX_DEPTH && random.chance(SPAWN_CHANCE);
    if (isHelped) yield* delegate(rollout, depth + 1);
    let answer = '';
    yield (at) => {
      request(rollout, at);
      answer = words.piece(40, 1200);
      rollout.turnEnd(at, answer);
    };
    return answer;
  }

  /** Sub-agents at work side by side, until all have answered. */
  function* delegate(parent: Rollout, depth: number): Play<void> {
    let working: { readonly child: Rollout; readonly turn: Play<string> }[] = [];
    const count = random.int(1, MAX_CHILDREN);
    for (let index = 0; index < count; index += 1) {
      yield (at) => {
        const prompt = words.ask();
        const [nickname, role] = [random.pick(NICKNAMES), random.pick(ROLES)];
        const spawnedBy = { parentThread: parent.threadId, depth, nickname, role };
        const child = parent.openChild(at, idAt(at), spawnedBy);
        parent.spawned(at, child.threadId, prompt);
        child.begin(at);
        working.push({ child, turn: playTurn(child, depth, prompt) });
      };
    }
    const answers = new Map<string, string>();
    while (working.length > 0) {
      const one = random.pick(working);
      const next = one.turn.next();
      if (next.done !== true) yield next.value;
      else {
        answers.set(one.child.threadId, next.value);
        working = working.filter((other) => other !== one);
      }
    }
    yield (at) => parent.waited(at, answers);
  }

  function* play(rollout: Rollout): Play<void> {
    yield (at) => rollout.begin(at);
    const turns = random.int(2, 10);
    for (let turn = 0; turn < turns; turn += 1) yield* playTurn(rollout, 0);
  }

  /** A UUIDv7, as Codex calls its threads and turns. */
  function idAt(at: number): string {
    const time = Math.floor(at).toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${random.uuid().slice(15)}`;
  }

  return {
    calls,
    begin(beganAt) {
      const writings: Writing[] = [];
      const rollout = createRollout({
        threadId: idAt(beganAt),
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
