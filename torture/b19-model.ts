import path from 'node:path';

import fc from 'fast-check';

import { isAtLeast, isExactly } from './kit/bars.ts';
import type { Flaw } from './kit/flaws.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';
import { createVictim } from './kit/victim.ts';
import type { Model } from './model/commands.ts';
import { commandsOf, settle } from './model/commands.ts';
import type { ModelEvent } from './model/oracle.ts';
import { createOracle } from './model/oracle.ts';
import type { World } from './model/world.ts';
import { push } from './model/world.ts';

const RUNS = 300;
const FAST_RUNS = 30;
const MAX_COMMANDS = 50;
/** Beyond it the runs done so far count; the bar says whether they were enough. */
const LIMIT_MS = 180_000;

/** An organism is there once something is known of it. */
const FIRST: ModelEvent = {
  type: 'message',
  key: 'first',
  id: 'first',
  occurredAt: Date.UTC(2026, 9, 23),
  threadId: 't0',
  from: 'a0',
  to: 'b',
  payloadType: 'Note',
  payload: null,
};

export const test: TortureTest = {
  id: 'B19',
  title: 'model',
  isFast: true,
  needs: [],
  async run(context) {
    const runs = context.isFast ? FAST_RUNS : RUNS;
    const found = await play(context, [], runs);
    const control = await play(context, ['open-ended-ranges'], runs);
    return {
      load: `${found.runs} stories, ${found.commands} commands, of them ${found.rare}`,
      counts: null,
      bars: [
        isAtLeast('runs', found.runs, runs),
        isAtLeast('events agreed on', found.events, 10 * runs),
        isExactly(`divergences${found.story}`, found.divergences, 0),
      ],
      control: {
        name: 'the last instant of a range is left out',
        bar: isExactly('divergences', control.divergences, 0),
      },
    };
  },
};

/** Plays runs against one server, each with an organism of its own, until one diverges. */
async function play({ defer, dir, seed }: TortureContext, flaws: readonly Flaw[], runs: number) {
  const dataDir = path.join(dir, flaws.join('-') || 'sound');
  const victim = createVictim({ dataDir, flaws, defer });
  await victim.start();
  let worlds = 0;
  let commands = 0;
  let events = 0;
  const rare = { kills: 0, restarts: 0, backups: 0, restores: 0 };
  const property = fc.asyncProperty(
    fc.commands(commandsOf(), { maxCommands: MAX_COMMANDS, size: 'max' }),
    async (story) => {
      worlds += 1;
      const world: World = {
        victim,
        name: `run-${worlds}`,
        startSeq: 0,
        lastSeq: 0,
        readers: [],
        rare,
      };
      const model: Model = { oracle: createOracle(), backups: [], seenFrom: new Map() };
      model.oracle.take([FIRST]);
      world.lastSeq = (await push(world, [FIRST])).lastSeq;
      world.startSeq = world.lastSeq - 1;
      try {
        await fc.asyncModelRun(() => ({ model, real: world }), story);
        await settle(model, world);
      } finally {
        for (const reader of world.readers) reader.close();
      }
      commands += [...story].length;
      events += model.oracle.events.length;
    },
  );
  const result = await fc.check(property, {
    seed,
    numRuns: runs,
    interruptAfterTimeLimit: LIMIT_MS,
    endOnFailure: true,
  });
  await victim.end('SIGTERM');
  const { counterexample, counterexamplePath, errorInstance } = result;
  const commandsText = [...(counterexample?.[0] ?? [])]
    .map((command) => command.toString())
    .join(' ');
  return {
    runs: result.numRuns,
    commands,
    events,
    rare: Object.entries(rare)
      .map(([what, times]) => `${times} ${what}`)
      .join(', '),
    divergences: result.failed ? 1 : 0,
    story: result.failed
      ? `: ${String(errorInstance)}, path ${counterexamplePath}, after ${commandsText}`
      : '',
  };
}
