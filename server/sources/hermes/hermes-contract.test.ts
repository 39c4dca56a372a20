import { createLabHermes } from '#lab/hermes/server.ts';

import type { ContractUpstream } from '../source-contract.ts';
import { describeSource } from '../source-contract.ts';
import { meddleWithList } from '../testing/list-meddling.ts';
import { startMeddler } from '../testing/meddler.ts';
import { createHermesSource } from './hermes-source.ts';

const FAST = { healthMs: 20, jobsMs: 20, sessionsMs: 20 };
/** Rows of a transcript without an id or a role. */
const MALFORMED = [
  null,
  7,
  'message',
  [],
  {},
  { id: 'x', role: 'user' },
  { id: -1, role: 'user' },
  { id: 1 },
  { id: 1, role: '' },
  JSON.parse('{"__proto__":{"polluted":true}}'),
];

async function start(): Promise<ContractUpstream> {
  const lab = createLabHermes({ paceMs: null, seed: 11 });
  const { url } = await lab.start();
  const meddler = await startMeddler(url);
  const meddled = meddleWithList(meddler, {
    path: /\/messages\?/,
    list: 'data',
    malformed: MALFORMED,
  });
  let now = Date.parse('2026-05-25T09:00:00Z');
  return {
    ...meddled,
    createSource: (deps) =>
      createHermesSource(
        { name: 'lab', url: meddler.url, organismId: 'lab', intervals: FAST },
        deps,
      ),
    play: (events) => lab.sessions.grow(events, (now += 1000)),
    expectedKeys: () =>
      lab.sessions
        .list()
        .flatMap(({ id }) => [
          `thread:${id}`,
          ...lab.sessions.messages(id).map((row) => `session:${id}:${String(row['id'])}`),
        ]),
    isExpectable: (key) => /^(thread:|session:[^:]+:\d+$)/.test(key),
    async stop() {
      await meddler.stop();
      await lab.stop();
    },
  };
}

describeSource('Hermes', start);
