import { createLabAgentServer } from '#lab/agentserver/server.ts';
import { formatInstant } from '#organism/instant.ts';

import type { ContractUpstream } from '../source-contract.ts';
import { describeSource } from '../source-contract.ts';
import { startMeddler } from '../testing/meddler.ts';
import { createAgentServerSource } from './agentserver-source.ts';
import { FAST } from './testing/fast.ts';

/** Frames no reader accepts: one of each kind a hostile or broken server sends. */
const MALFORMED = [
  '',
  '   ',
  '{"event":"message","message":{"id":"x"',
  '{"event":"message","message":{"id":"m","threadId":"t","payload":{"score":NaN}}}',
  '{"event":"message","message":{"id":"m","threadId":"t","timestamp":"yesterday"}}',
  '{"event":"message","message":null}',
  '{"event":"agent_state"}',
  '{"event":"thread_created","thread":[]}',
  '{"event":42}',
  '[1,2,3]',
  'null',
  '"connected"',
  `{"event":"x","payload":${'['.repeat(1_000_000)}`,
  `{"event":"message","message":{"id":"m","payload":${'{"a":'.repeat(70)}1${'}'.repeat(70)}}}`,
  '{"__proto__":{"polluted":true}}',
  '\uFEFF{"event":"reload"}{"event":"reload"}',
];

async function start(): Promise<ContractUpstream> {
  const lab = createLabAgentServer({ seed: 11 });
  const { url } = await lab.start();
  const meddler = await startMeddler(url);
  return {
    createSource: (deps) =>
      createAgentServerSource(
        { name: 'lab', url: meddler.url, organismId: 'lab', intervals: FAST },
        deps,
      ),
    play: (events) => lab.step(events),
    expectedKeys: () => [
      ...lab.record.messageIds.map((id) => `message:${id}`),
      ...lab.usage.stored().map((row) => `usage:${row.id}:${formatInstant(row.at)}`),
      ...lab.record.threadIds.map((id) => {
        const thread = lab.world.threads.get(id);
        return `thread:${id}:${formatInstant(thread?.createdAt ?? 0)}`;
      }),
    ],
    isExpectable: (key) => /^(message|usage|thread):/.test(key),
    isLive: (recorder) => recorder.of('source_status').at(-1)?.socketMode === 'all',
    sendMalformed() {
      for (const text of MALFORMED) meddler.send(text);
      return MALFORMED.length;
    },
    sendPartial: () => meddler.send('{"event":"message","message":{"id":"abc","thr'),
    repeatInputs: () => meddler.onFrame((text) => [text, text]),
    shuffleInputs() {
      const held: string[] = [];
      meddler.onFrame((text) => {
        held.push(text);
        return held.length < 5 ? [] : held.splice(0).toReversed();
      });
    },
    async disconnect() {
      meddler.setDown(true);
    },
    async reconnect() {
      meddler.setDown(false);
    },
    openConnections: () => meddler.openSockets,
    async stop() {
      await meddler.stop();
      await lab.stop();
    },
  };
}

describeSource('AgentServer', start);
