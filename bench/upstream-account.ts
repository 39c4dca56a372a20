import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

import { WebSocket } from 'ws';
import { z } from 'zod';

import { sourceListSchema } from '#organism/api/resources.ts';
import type { LiveFrame } from '#organism/live/protocol.ts';
import { LIVE_SUBPROTOCOL } from '#organism/live/protocol.ts';

import type { Defer } from './cleanup.ts';
import { getJson } from './rest.ts';

/** What an upstream has said against what a server of ours has of it. */
interface Account {
  /** Messages sent and not stored. */
  readonly missing: number;
  /** Messages that gaps say are missing. */
  readonly declared: number;
  /** Model calls counted and not stored. */
  readonly calls: number;
  readonly isCatchingUp: boolean;
}

export interface UpstreamAccount {
  read(): Promise<Account>;
  /** Reads until all is stored or declared, or the source has said for a while that it has caught up. */
  settle(limitMs: number): Promise<Account & { readonly settledMs: number }>;
}

const LOOK_EVERY_MS = 1000;
/** The source counts and compares every five seconds. */
const CAUGHT_UP_FOR_MS = 15_000;

const callsSchema = z.object({
  usage: z.object({ totals: z.object({ requestCount: z.number() }) }),
});

/** @param organism what the one source of the server feeds */
export async function openAccount(
  defer: Defer,
  { url, labUrl, organism }: { url: string; labUrl: string; organism: string },
): Promise<UpstreamAccount> {
  const declared = await watchGaps(defer, url, organism);

  async function read(): Promise<Account> {
    const { sources } = sourceListSchema.parse(await getJson(`${url}/api/v1/sources`));
    const notices = sources.flatMap((source) => source.notices);
    return {
      missing: (await countSent(labUrl)) - (await countStored(url)),
      declared: declared(),
      calls: (await countCalls(labUrl)) - (await countCalls(url)),
      isCatchingUp: notices.some((notice) => notice.startsWith('catching up')),
    };
  }

  return {
    read,
    async settle(limitMs) {
      const startedAt = performance.now();
      let caughtUpAt = Number.POSITIVE_INFINITY;
      for (;;) {
        const account = await read();
        const now = performance.now();
        caughtUpAt = account.isCatchingUp ? Number.POSITIVE_INFINITY : Math.min(caughtUpAt, now);
        const isSettled = account.missing === account.declared && account.calls === 0;
        const isOver = now - caughtUpAt > CAUGHT_UP_FOR_MS || now - startedAt > limitMs;
        if (isSettled || isOver) return { ...account, settledMs: now - startedAt };
        await wait(LOOK_EVERY_MS);
      }
    },
  };
}

/** Adds up what gaps say is missing, as a browser that asks for nothing else is told. */
async function watchGaps(defer: Defer, url: string, organism: string): Promise<() => number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, LIVE_SUBPROTOCOL);
  let missing = 0;
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as LiveFrame;
    const events = frame.kind === 'reset' ? frame.snapshot.gaps : [];
    for (const event of frame.kind === 'batch' ? frame.events : events) {
      if (event.type === 'gap' && event.what === 'messages') missing += event.missing ?? 0;
    }
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ cmd: 'resume', organism, filter: { types: ['gap'] } }));
  defer(() => socket.terminate());
  return () => missing;
}

async function countSent(labUrl: string): Promise<number> {
  return Number((await getJson(`${labUrl}/api/v1/organism`))['totalMessages']);
}

async function countStored(url: string): Promise<number> {
  return Number((await getJson(`${url}/api/v1/messages?limit=1`))['total']);
}

async function countCalls(url: string): Promise<number> {
  return callsSchema.parse(await getJson(`${url}/api/v1/usage`)).usage.totals.requestCount;
}
