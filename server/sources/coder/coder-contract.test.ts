import { z } from 'zod';

import { createRandom } from '#lab/agentserver/random.ts';
import { createLabCoder } from '#lab/coder/server.ts';
import type { LabCoderSession } from '#lab/coder/server.ts';
import { createCoderStory } from '#lab/coder/story.ts';

import type { ContractUpstream } from '../source-contract.ts';
import { describeSource } from '../source-contract.ts';
import { meddleWithList } from '../testing/list-meddling.ts';
import { startMeddler } from '../testing/meddler.ts';
import { createCoderSource } from './coder-source.ts';

/** Rows of the list of sessions that name no session or nobody. */
const MALFORMED = [
  null,
  7,
  'session',
  [],
  {},
  { id: '' },
  { id: 42, initiator: { id: 'u1' } },
  { id: 's1' },
  { id: 's1', initiator: null },
  JSON.parse('{"__proto__":{"polluted":true}}'),
];

async function start(): Promise<ContractUpstream> {
  const lab = createLabCoder();
  const { url } = await lab.start();
  const meddler = await startMeddler(url);
  const meddled = meddleWithList(meddler, {
    path: /\/sessions\?/,
    list: 'sessions',
    malformed: MALFORMED,
  });
  const sessions = new Map<string, LabCoderSession>();
  const put = (session: LabCoderSession): void => {
    sessions.set(session.id, session);
    lab.put(session);
  };
  const story = createCoderStory(createRandom(11), { ...lab, put });
  let now = Date.parse('2026-05-25T09:00:00Z');
  return {
    ...meddled,
    createSource: (deps) =>
      createCoderSource({ name: 'lab', url: meddler.url, organismId: 'lab', pollMs: 20 }, deps),
    play(events) {
      for (let count = 0; count < events; count += 3) story.step((now += 1000));
    },
    expectedKeys: () => [...sessions.values()].flatMap(({ threads }) => threads.flatMap(keysOf)),
    isExpectable: (key) => /^(thread|prompt|thinking|tool|usage):/.test(key),
    async stop() {
      await meddler.stop();
      await lab.stop();
    },
  };
}

const threadSchema = z.object({
  id: z.string(),
  token_usage: z.record(z.string(), z.number()),
  agentic_actions: z.array(z.object({ tool_calls: z.array(z.object({ id: z.string() })) })),
});

function keysOf(thread: LabCoderSession['threads'][number]): string[] {
  const { id, token_usage: usage, agentic_actions: actions } = threadSchema.parse(thread);
  const counts = [
    usage['input_tokens'],
    usage['cache_read_input_tokens'],
    usage['cache_write_input_tokens'],
    usage['output_tokens'],
  ];
  return [
    `thread:${id}`,
    `prompt:${id}`,
    `thinking:${id}:0:0`,
    ...actions.flatMap((action) => action.tool_calls.map((call) => `tool:${call.id}`)),
    `usage:${id}:${counts.join(':')}`,
  ];
}

describeSource('Coder', start);
