import { runProgram } from '#server/testing/program.ts';

import { ROOT } from './program.ts';
import type { PushLoad, PushMode } from './push-load.ts';

export interface LoadPlan {
  readonly batch: number;
  readonly connections: number;
  readonly events: number;
  /** Sent first and not measured. */
  readonly warmUp: number;
  /** Between two requests of a connection, on average; absent: as soon as the last one is answered. */
  readonly everyMs?: number | undefined;
}

/** @throws Error with what the load wrote, or when not every event was accepted */
export async function runPushLoad(url: string, mode: PushMode, plan: LoadPlan): Promise<PushLoad> {
  const { batch, connections, events, warmUp, everyMs = 0 } = plan;
  const numbers = { batch, connections, events, 'warm-up': warmUp, every: everyMs };
  const args = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { code, stderr } = await runProgram({
    args: ['bench/push-load.ts', '--url', url, '--mode', mode, ...args],
    cwd: ROOT,
  });
  const last = stderr.trim().split('\n').at(-1) ?? '';
  if (code !== 0) throw new Error(`the load ended with code ${code}: ${stderr}`);
  const load = JSON.parse(last) as PushLoad;
  if (load.events !== events) throw new Error(`${events - load.events} events were not accepted`);
  return load;
}
