import http from 'node:http';
import path from 'node:path';

import { runProgram } from '#server/testing/program.ts';

import type { Answer } from '../kit/ledger.ts';
import type { LiveReader } from '../kit/live-reader.ts';
import type { Victim } from '../kit/victim.ts';
import type { ModelInput } from './oracle.ts';

const PROGRAM = path.join(import.meta.dirname, '../../bin/organoscope.mjs');

/** What the server said, and where its journal stood then. */
export interface PushAnswer extends Answer {
  readonly lastSeq: number;
}

/** The product as one run of the model sees it: a server, and an organism of its own in it. */
export interface World {
  readonly victim: Victim;
  /** Of the run's source and organism alike. */
  readonly name: string;
  /** The journal's position when the run began, and everything up to now. */
  startSeq: number;
  lastSeq: number;
  readers: LiveReader[];
  /** What starts processes, in all runs. */
  readonly rare: Record<'kills' | 'restarts' | 'backups' | 'restores', number>;
}

export async function push(world: World, batch: readonly ModelInput[]): Promise<PushAnswer> {
  const response = await fetch(await eventsUrl(world), {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: batch.map((input) => JSON.stringify(input)).join('\n'),
  });
  if (response.status !== 200) {
    throw new Error(`events: ${response.status} ${await response.text()}`);
  }
  const answer = (await response.json()) as PushAnswer;
  world.lastSeq = Math.max(world.lastSeq, answer.lastSeq);
  return answer;
}

/** Sends a whole batch and leaves without the answer: whether it counts nobody knows. */
export async function pushAndLeave(world: World, batch: readonly ModelInput[]): Promise<void> {
  const url = await eventsUrl(world);
  const body = batch.map((input) => JSON.stringify(input)).join('\n');
  await new Promise<void>((resolve) => {
    const request = http.request(url, {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': 'application/x-ndjson',
        'content-length': Buffer.byteLength(body),
      },
    });
    request.once('error', () => resolve());
    request.once('close', () => resolve());
    request.end(body, () => request.destroy());
  });
}

/** `organoscope COMMAND …` on the store of this world. @throws Error with what it complained of */
export async function runKeeper(world: World, ...args: readonly string[]): Promise<void> {
  const exit = await runProgram({ args: [PROGRAM, ...args, '--data', world.victim.dataDir] });
  if (exit.code !== 0) throw new Error(`organoscope ${args.join(' ')}: ${exit.stderr}`);
}

async function eventsUrl({ victim, name }: World): Promise<string> {
  return `${await victim.url()}/api/v1/events?source=${name}`;
}
