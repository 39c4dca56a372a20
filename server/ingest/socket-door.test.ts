import { once } from 'node:events';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import type { JournalEvent } from '#organism/event.ts';

import { Problem } from '../api/problem.ts';
import type { TestApi } from '../api/test-kit.ts';
import { openTestApi, TEST_KEY } from '../api/test-kit.ts';

let kit: TestApi;
let published: JournalEvent[];
beforeEach(async () => {
  kit = await openTestApi();
  published = [];
  kit.organisms.onPublish(({ events }) => published.push(...events));
});
afterEach(() => kit.close());

function error(key: string) {
  const occurredAt = 1_763_695_519_000;
  return {
    type: 'error',
    key,
    occurredAt,
    threadId: null,
    agent: null,
    text: key,
    severity: 'error',
  };
}

interface Ack {
  readonly frame: number;
  readonly ref: unknown;
  readonly accepted?: number;
  readonly duplicate?: number;
  readonly rejected?: number;
  readonly rejects?: readonly { index: number }[];
  readonly lastSeq?: number;
  readonly status?: number;
}

interface Sender {
  readonly socket: WebSocket;
  readonly acks: Ack[];
  send(...frames: (string | object[])[]): void;
  /** Resolves with all answers once there are as many. */
  until(count: number): Promise<Ack[]>;
  readonly closed: Promise<number>;
}

async function connect(query = '', headers: Record<string, string> = {}): Promise<Sender> {
  const socket = new WebSocket(`${kit.url.replace('http', 'ws')}/ws/ingest${query}`, { headers });
  const acks: Ack[] = [];
  let wake: () => void = () => undefined;
  socket.on('message', (data: Buffer) => {
    acks.push(JSON.parse(data.toString()) as Ack);
    wake();
  });
  const closed = new Promise<number>((resolve) => {
    socket.once('close', (code) => resolve(code));
  });
  await once(socket, 'open');
  return {
    socket,
    acks,
    closed,
    send(...frames) {
      for (const frame of frames) {
        socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
      }
    },
    until: (count) =>
      new Promise((resolve) => {
        wake = () => {
          if (acks.length >= count) resolve(acks);
        };
        wake();
      }),
  };
}

async function refusedWith(query: string, headers: Record<string, string> = {}): Promise<string> {
  const url = `${kit.url.replace('http', 'ws')}/ws/ingest${query}`;
  const socket = new WebSocket(url, { headers });
  const [failure] = (await once(socket, 'error')) as [Error];
  return failure.message;
}

describe('/ws/ingest', () => {
  it('answers each frame after its commit, by its number and its own name', async () => {
    const sender = await connect('?source=ci&organism=one');
    sender.send(
      [{ ref: 'first' }, error('a'), error('b')],
      `{"ref":7}\n${JSON.stringify(error('b'))}\n${JSON.stringify(error('c'))}`,
      [error('d'), { type: 'error' }],
    );
    expect(await sender.until(3)).toEqual([
      { frame: 1, ref: 'first', accepted: 2, duplicate: 0, rejected: 0, rejects: [], lastSeq: 4 },
      { frame: 2, ref: 7, accepted: 1, duplicate: 1, rejected: 0, rejects: [], lastSeq: 4 },
      expect.objectContaining({ frame: 3, ref: null, accepted: 1, rejected: 1 }),
    ]);
    expect(sender.acks[2]?.rejects?.[0]?.index).toBe(1);
    expect(published.map(({ source, organismId, key }) => [source, organismId, key])).toEqual(
      ['a', 'b', 'c', 'd'].map((key) => ['ci', 'one', key]),
    );
  });

  it('keeps the order of frames, however many turns one of them takes', async () => {
    const sender = await connect();
    const keys = Array.from({ length: 3000 }, (_, index) => `k${index}`);
    const frames = [1000, 10, 1500, 1, 489].map((size, i, sizes) => {
      const start = sizes.slice(0, i).reduce((sum, each) => sum + each, 0);
      return keys.slice(start, start + size).map(error);
    });
    sender.send(...frames);
    await sender.until(5);
    expect(published.map(({ key }) => key)).toEqual(keys);
  });

  it('answers a frame it cannot read, and goes on', async () => {
    const sender = await connect();
    sender.send('[{"type":', '', '['.repeat(65), [error('a')]);
    const acks = await sender.until(4);
    expect(acks.toSorted((a, b) => a.frame - b.frame)).toEqual([
      expect.objectContaining({ frame: 1, status: 400 }),
      expect.objectContaining({ frame: 2, accepted: 0, rejected: 0 }),
      expect.objectContaining({ frame: 3, status: 400 }),
      expect.objectContaining({ frame: 4, accepted: 1 }),
    ]);
  });

  it('answers thousands of frames sent at once, reading no further than it may', async () => {
    const sender = await connect();
    for (let index = 0; index < 5000; index += 1) sender.send([error(`k${index}`)]);
    const acks = await sender.until(5000);
    expect(new Set(acks.map(({ frame }) => frame)).size).toBe(5000);
    expect(published.map(({ key }) => key)).toEqual(
      Array.from({ length: 5000 }, (_, index) => `k${index}`),
    );
  });

  it('says so while the server takes nothing', async () => {
    kit.refusal = new Problem('disk-full', 'The disk is nearly full');
    const sender = await connect();
    sender.send([error('a')]);
    expect(await sender.until(1)).toEqual([
      { frame: 1, ref: null, status: 507, detail: 'The disk is nearly full' },
    ]);
  });

  it('answers what it has read before it closes for a stop', async () => {
    const sender = await connect();
    sender.send(...Array.from({ length: 20 }, (_, index) => [error(`k${index}`)]));
    await sender.until(1);
    const stopped = kit.close();
    expect(await sender.closed).toBe(1001);
    await stopped;
    expect(sender.acks.reduce((sum, { accepted = 0 }) => sum + accepted, 0)).toBe(published.length);
    kit = await openTestApi();
  });

  it('closes on a frame that is too large or no text', async () => {
    const large = await connect();
    large.send(' '.repeat((8 << 20) + 1));
    expect(await large.closed).toBe(1009);
    const binary = await connect();
    binary.socket.send(Buffer.from('[]'));
    expect(await binary.closed).toBe(1003);
  });

  it('is not for a page of another origin, nor for the name of a source that is read', async () => {
    expect(await refusedWith('', { origin: 'http://evil.example' })).toContain('403');
    expect(await refusedWith('?source=one-source')).toContain('409');
    expect(await refusedWith('?source=a%20b')).toContain('422');
  });

  it('asks for a key where others can connect', async () => {
    await kit.close();
    kit = await openTestApi({ isLoopbackBound: false });
    expect(await refusedWith('')).toContain('401');
    const sender = await connect('', { authorization: `Bearer ${TEST_KEY}` });
    sender.send([error('a')]);
    expect((await sender.until(1))[0]?.accepted).toBe(1);
  });
});
