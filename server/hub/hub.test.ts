import { once } from 'node:events';
import http from 'node:http';

import { afterEach, describe, expect, it } from 'vitest';

import { LIVE_SUBPROTOCOL } from '#organism/live/protocol.ts';

import { sessionCookieName } from '../safety/session.ts';
import type { TestHub } from './test-kit.ts';
import {
  TEST_EPOCH,
  TEST_KEY,
  createTestJournal,
  messageDraft,
  openClient,
  openTestHub,
} from './test-kit.ts';

let kit: TestHub;
afterEach(() => kit.close());

/** Lets the moment to ping come, and all that the hub does in it. */
async function pingAll(): Promise<void> {
  kit.ping();
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** The status of an upgrade that is refused. */
function refusedStatus(path: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.get({
      port: kit.port,
      host: '127.0.0.1',
      path,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    });
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve(101);
    });
    request.on('error', reject);
  });
}

describe('hub', () => {
  it('refuses what must not connect, and takes what may', async () => {
    kit = await openTestHub();
    const own = `http://127.0.0.1:${kit.port}`;
    expect(await refusedStatus('/ws', { origin: own })).toBe(101);
    expect(await refusedStatus('/ws')).toBe(101);
    expect(await refusedStatus('/ws', { origin: 'http://evil.example' })).toBe(403);
    expect(await refusedStatus('/ws', { origin: 'null' })).toBe(403);
    expect(await refusedStatus('/ws', { host: 'evil.example' })).toBe(403);
    expect(await refusedStatus('http://evil.example/ws')).toBe(400);
    expect(await refusedStatus('//evil.example/ws')).toBe(400);
    expect(await refusedStatus('/agents')).toBe(404);
    expect(await refusedStatus('/ws?organism=nobody')).toBe(404);
    expect(await refusedStatus('/ws', { 'sec-websocket-key': 'short' })).toBe(400);
  });

  it('wants a key where others can reach it', async () => {
    kit = await openTestHub({ isLoopbackBound: false });
    expect(await refusedStatus('/ws')).toBe(401);
    expect(await refusedStatus('/ws', { authorization: 'Bearer wrong' })).toBe(403);
    expect(await refusedStatus('/ws', { authorization: `Bearer ${TEST_KEY}` })).toBe(101);
  });

  it('ends the sockets of a session that is closed', async () => {
    kit = await openTestHub({ isLoopbackBound: false });
    const id = kit.sessions.open();
    const cookie = `${sessionCookieName(kit.port)}=${id}`;
    const client = await openClient(`${kit.url}/ws`, { headers: { cookie } });
    kit.beat();
    expect(kit.hub.watchers()).toBe(1);
    kit.sessions.close(id);
    kit.beat();
    expect(await client.closed).toBe(1008);
  });

  it('bounds sockets by address and in all, and frees the places', async () => {
    kit = await openTestHub({ limits: { perAddress: 2, total: 3 } });
    const first = await openClient(`${kit.url}/ws`);
    await openClient(`${kit.url}/ws/messages`);
    expect(await refusedStatus('/ws')).toBe(429);
    expect(kit.hub.counters()).toMatchObject({ open: 2, refused: 1 });
    first.ws.close();
    await first.closed;
    while (kit.hub.watchers() > 1) await new Promise(setImmediate);
    let status = 429;
    while (status === 429) status = await refusedStatus('/ws');
    expect(status).toBe(101);
  });

  it('counts a failed handshake as no socket', async () => {
    kit = await openTestHub({ limits: { perAddress: 1, total: 1 } });
    for (let n = 0; n < 5; n += 1) {
      expect([400, 429, 503]).toContain(await refusedStatus('/ws', { 'sec-websocket-key': 'x' }));
    }
    let status = 503;
    while (status === 503) status = await refusedStatus('/ws');
    expect(status).toBe(101);
  });

  it('chooses the subprotocol it speaks', async () => {
    kit = await openTestHub();
    const client = await openClient(`${kit.url}/ws`, { protocol: LIVE_SUBPROTOCOL });
    expect(client.ws.protocol).toBe(LIVE_SUBPROTOCOL);
  });

  it('ends a peer that answers no ping', async () => {
    kit = await openTestHub();
    const client = await openClient(`${kit.url}/ws`);
    client.ws.pause();
    for (let n = 0; n < 2; n += 1) await pingAll();
    client.ws.resume();
    expect(await client.closed).toBe(1006);
    expect(kit.hub.counters().terminated).toBe(1);
  });

  it('ends nobody whose pong waits to be read after a stall', async () => {
    kit = await openTestHub();
    const client = await openClient(`${kit.url}/ws`);
    const pinged = once(client.ws, 'ping');
    kit.ping();
    await pinged;
    // The pong has left; the next moment to ping comes before anyone has read it.
    await pingAll();
    client.send({ cmd: 'subscribe' });
    expect(kit.hub.counters()).toMatchObject({ terminated: 0, open: 1 });
  });

  it('refuses binary and oversized frames without harm to others', async () => {
    kit = await openTestHub();
    const other = await openClient(`${kit.url}/ws`);
    await other.next();
    const binary = await openClient(`${kit.url}/ws`);
    binary.ws.send(Buffer.from([1, 2, 3]));
    expect(await binary.closed).toBe(1003);
    const large = await openClient(`${kit.url}/ws`);
    large.ws.send('x'.repeat(300_000));
    expect(await large.closed).toBe(1009);
    other.send({ cmd: 'subscribe' });
    expect(await other.next()).toMatchObject({ event: 'subscribed' });
  });

  it('stops: closes every socket with 1001 and takes no more', async () => {
    kit = await openTestHub();
    const clients = [await openClient(`${kit.url}/ws`), await openClient(`${kit.url}/ws/messages`)];
    await kit.hub.stop();
    await kit.hub.stop();
    expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual([1001, 1001]);
    expect(await refusedStatus('/ws')).toBe(503);
  });

  it('brings an idle organism back for who watches it, and keeps it for as long', async () => {
    kit = await openTestHub({ organisms: [], maxHot: 1 });
    kit.emit([messageDraft('a1')], 'a');
    kit.emit([messageDraft('b1')], 'b');
    kit.emit([messageDraft('c1')], 'c');
    const live = await openClient(`${kit.url}/ws?organism=b`, { protocol: LIVE_SUBPROTOCOL });
    live.send({ cmd: 'resume' });
    expect(await live.next()).toMatchObject({
      kind: 'reset',
      snapshot: { organismId: 'b', recentMessages: [{ id: 'b1' }] },
    });
    const contract = await openClient(`${kit.url}/ws?organism=c`);
    expect(await contract.next()).toMatchObject({ event: 'connected', organism: { name: 'c' } });

    // Others come and go beside them.
    await kit.organisms.fetch('a');
    expect(kit.organisms.stats().hot).toBe(3);
    kit.emit([messageDraft('b2')], 'b');
    kit.emit([messageDraft('c2')], 'c');
    expect((await live.until(({ kind }) => kind === 'batch')).events).toMatchObject([{ id: 'b2' }]);
    expect(await contract.next()).toMatchObject({ message: { id: 'c2' } });

    // The live one turns to another organism; the one it left may go.
    live.send({ cmd: 'resume', organism: 'a' });
    await live.until(({ kind }) => kind === 'reset');
    contract.ws.close();
    await contract.closed;
    await kit.organisms.saveSnapshots();
    expect(['a', 'b', 'c'].filter((name) => kit.organisms.get(name) !== undefined)).toEqual(['a']);
    live.send({ cmd: 'resume', organism: 'b', epoch: TEST_EPOCH, since: 2 });
    const missed = await live.until(({ kind }) => kind === 'batch');
    expect(missed.events).toMatchObject([{ id: 'b2' }]);
    live.ws.close();
  });

  it('answers 503 where the organism cannot be read, and goes on', async () => {
    const journal = createTestJournal();
    let isBroken = true;
    const readEvents: typeof journal.readEvents = (query) =>
      isBroken ? Promise.reject(new Error('the disk is gone')) : journal.readEvents(query);
    kit = await openTestHub({ organisms: [], maxHot: 1, journal: { ...journal, readEvents } });
    kit.emit([messageDraft('a1')], 'a');
    kit.emit([messageDraft('b1')], 'b');
    expect(await refusedStatus('/ws?organism=b')).toBe(503);
    isBroken = false;
    const client = await openClient(`${kit.url}/ws?organism=b`);
    expect(await client.next()).toMatchObject({ event: 'connected' });
    expect(kit.hub.counters().open).toBe(1);
  });
});
