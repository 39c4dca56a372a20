import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { isEvent, openContractSocket } from './contract-socket.ts';
import { knowledgeOf } from './contract-target.ts';
import { createLabAgentServer, type LabAgentServer, type LabOptions } from './server.ts';
import { shapeDifferences } from './shape-differences.ts';

/** The lab against what the real server was recorded to answer, the same requests for both. */

const exchangeSchema = z.object({
  name: z.string(),
  request: z.object({
    method: z.string(),
    path: z.string(),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.unknown().optional(),
  }),
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.unknown(),
});
type Exchange = z.infer<typeof exchangeSchema>;

const exchanges = z.array(exchangeSchema);
const recorded = z
  .object({ fresh: exchanges, busy: exchanges, withKey: exchanges, withoutSchemas: exchanges })
  .parse(readFixture('recorded-rest.json'));
const recordedFrames = z
  .array(z.looseObject({ event: z.string() }))
  .parse(readFixture('recorded-frames.json'));

const KEY = 'lab-key';
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

describeRecorded('before anything happened', recorded.fresh, {}, 0);
describeRecorded('at work', recorded.busy, { historyDays: 2 }, 3_000);
describeRecorded('with a key', recorded.withKey, { key: KEY }, 200);
describeRecorded('without schemas', recorded.withoutSchemas, { faults: ['schema-500'] }, 200);

function describeRecorded(
  title: string,
  list: readonly Exchange[],
  options: LabOptions,
  events: number,
): void {
  describe(`the lab ${title}, beside the recorded server`, () => {
    let lab: LabAgentServer;
    let url = '';
    let thread = '';
    beforeAll(async () => {
      lab = createLabAgentServer({ seed: 7, ...options });
      lab.step(events);
      if (events > 1_000) thread = knowledgeOf(lab).thread;
      ({ url } = await lab.start());
    });
    afterAll(() => lab.stop());

    it.each(list)('$name', async (exchange) => {
      if (exchange.name === 'post-reload-failed') {
        lab.control.failNextReload(String(Reflect.get(Object(exchange.body), 'detail')));
      }
      const answer = await replay(url, exchange, thread);
      expect(answer.status).toBe(exchange.status);
      for (const [name, value] of Object.entries(exchange.headers)) {
        expect(`${name}: ${pathOf(answer.headers.get(name))}`).toBe(`${name}: ${pathOf(value)}`);
      }
      expect(shapeDifferences(answer.body, exchange.body)).toEqual([]);
      // What it says to a mistake is fixed to the letter.
      expect(exchange.status < 400 || answer.body).toEqual(exchange.status < 400 || exchange.body);
    });
  });
}

describe('the lab’s frames, beside the recorded ones', () => {
  it('have the same keys in the same order', async () => {
    const lab = createLabAgentServer({ seed: 7, key: KEY });
    const { url } = await lab.start();
    const socket = await openContractSocket(`${url}/ws`);
    await socket.until(isEvent('connected'));
    const inject = { cmd: 'inject', to: 'planner', payload: { a: 1 } };
    socket.send({ cmd: 'subscribe', events: [] });
    socket.send({ cmd: 'dance' });
    socket.send({ hello: 1 });
    socket.send({ cmd: 'ping' });
    socket.send(inject);
    socket.send({ ...inject, token: KEY, to: 'nobody' });
    socket.send({ cmd: 'inject', token: KEY });
    socket.send({ ...inject, token: KEY });
    await socket.until(isEvent('injected'));
    lab.control.reload();
    lab.step(2_000);
    await socket.ping();
    const frames = socket.frames.map((frame) => z.looseObject({ event: z.string() }).parse(frame));
    for (const frame of recordedFrames) {
      const own = frames.find((each) => each.event === frame.event && each.error === frame.error);
      expect(own ?? frame).toBe(own);
      expect(shapeDifferences(withoutFreedom(own), withoutFreedom(frame))).toEqual([]);
    }
    await lab.stop();
  });
});

describe('the comparison itself', () => {
  const base = { id: 'x', at: '2026-11-21T03:25:13.378241Z', rows: [{ n: 1 }] };

  it.each([
    ['nothing', base, 0],
    ['a missing key', { id: 'x', at: base.at }, 4],
    ['another order', { at: base.at, id: 'x', rows: base.rows }, 1],
    ['another type', { ...base, id: 7 }, 1],
    ['another form of time', { ...base, at: '2026-11-21 03:25:13.378241+00:00' }, 1],
    ['a key too many', { ...base, rows: [{ n: 1, extra: 2 }] }, 2],
    ['a list that may be empty', { ...base, rows: [] }, 0],
  ])('sees %s', (_what, other, differences) => {
    expect(shapeDifferences(other, base)).toHaveLength(differences);
  });
});

async function replay(url: string, { request }: Exchange, thread: string) {
  const { body, method } = request;
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      value.replace('<right key>', KEY),
    ]),
  );
  const sent = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const path = request.path.replace(UUID, thread).replace('shouter', 'critic');
  const answer = await fetch(`${url}${path}`, {
    method,
    headers,
    redirect: 'manual',
    ...(sent === undefined ? {} : { body: sent.replace(UUID, thread) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type') === 'application/json';
  const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : text;
  return { status: answer.status, headers: answer.headers, body: parsed };
}

/** Both servers name their own host and port. */
function pathOf(value: string | null): string | null {
  return value?.replace(/^http:\/\/127\.0\.0\.1:\d+\//, '/') ?? null;
}

/** A command's echo is the sender's; a healthy build writes a `Z` where the patched one did not. */
function withoutFreedom(frame: unknown): unknown {
  const zulu: unknown = JSON.parse(JSON.stringify(frame).replaceAll('+00:00"', 'Z"'));
  return { ...Object(zulu), filters: null };
}

function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'));
}
