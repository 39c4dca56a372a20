import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { LabCoder } from '#lab/coder/server.ts';
import { createLabCoder } from '#lab/coder/server.ts';
import { addTokens, ZERO_TOKENS } from '#organism/tokens.ts';

import { createRecorder } from '../testing/recorder.ts';
import { createCoderSource } from './coder-source.ts';

/** However sessions grow between readings, and wherever readings stop, each token counts once. */

const step = fc.record({
  person: fc.nat(2),
  /** Two people may use one id. */
  session: fc.nat(2),
  thread: fc.nat(2),
  input: fc.nat(1000),
  output: fc.nat(1000),
  /** What is done before the next step. */
  after: fc.constantFrom('nothing', 'read', 'restart'),
});
type Step = Readonly<{ [name in 'person' | 'session' | 'thread' | 'input' | 'output']: number }>;

/** Lets what one step says happen in the deployment. */
function createDeployment(lab: LabCoder) {
  const used = new Map<string, Map<string, { input: number; output: number }>>();
  let minute = 0;
  return {
    used: () => [...used.values()].flatMap((threads) => [...threads.values()]),
    grow({ person, session, thread, input, output }: Step): void {
      minute += 1;
      const at = new Date(Date.UTC(2026, 4, 25, 9, minute)).toISOString();
      const key = `${person}:${session}`;
      const threads = used.get(key) ?? new Map<string, { input: number; output: number }>();
      const id = `${key}:${thread}`;
      const before = threads.get(id) ?? { input: 0, output: 0 };
      threads.set(id, { input: before.input + input, output: before.output + output });
      used.set(key, threads);
      const tokens = (sum: { input: number; output: number }) => ({
        input_tokens: sum.input,
        output_tokens: sum.output,
      });
      const all = [...threads.values()];
      const total = all.reduce((sum, each) => ({
        input: sum.input + each.input,
        output: sum.output + each.output,
      }));
      lab.put({
        id: `session ${session}`,
        initiator: { id: `u${person}`, username: `user-${person}` },
        client: 'Codex',
        last_active_at: at,
        ended_at: at,
        token_usage_summary: tokens(total),
        threads: [...threads].map(([name, sum]) => ({
          id: name,
          model: 'gpt-5.1',
          provider: 'openai',
          started_at: at,
          ended_at: at,
          token_usage: tokens(sum),
        })),
      });
    },
  };
}

async function play(steps: readonly (Step & { readonly after: string })[]): Promise<void> {
  const lab = createLabCoder();
  const { url } = await lab.start();
  const deployment = createDeployment(lab);
  const recorder = createRecorder();
  const config = { name: 'c', url, organismId: 'c', pollMs: 5 };
  let source = createCoderSource(config, recorder.deps);
  const lists = () => lab.requests.filter((request) => request.url.includes('/sessions?')).length;
  /** The second list from now on is asked for when what the first one brought is delivered. */
  const read = async (): Promise<void> => {
    const before = lists();
    while (lists() < before + 2) await new Promise(setImmediate);
  };
  try {
    await source.start();
    for (const each of steps) {
      deployment.grow(each);
      if (each.after === 'read') await read();
      if (each.after !== 'restart') continue;
      await source.stop();
      source = createCoderSource(config, recorder.deps);
      await source.start();
    }
    await read();
    const sum = recorder
      .of('usage')
      .map(({ tokens }) => tokens)
      .reduce(addTokens, ZERO_TOKENS);
    const used = deployment.used();
    expect(sum.inputFresh).toBe(used.reduce((total, { input }) => total + input, 0));
    expect(sum.outputVisible).toBe(used.reduce((total, { output }) => total + output, 0));
    expect(recorder.conflicts).toEqual([]);
    expect(recorder.rejects).toEqual([]);
  } finally {
    await source.stop();
    await lab.stop();
  }
}

test('sessions that grow while they are read', async () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 8 });
  await fc.assert(fc.asyncProperty(steps, play), { numRuns: 25 });
});
