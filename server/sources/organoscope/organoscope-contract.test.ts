import { messageEvent, usageEvent } from '#server/api/test-events.ts';
import { openTestApi } from '#server/api/test-kit.ts';

import type { ContractUpstream } from '../source-contract.ts';
import { describeSource } from '../source-contract.ts';
import { meddleWithList } from '../testing/list-meddling.ts';
import { startMeddler } from '../testing/meddler.ts';
import { createOrganoscopeSource } from './organoscope-source.ts';

const AT = { seq: 1, organismId: 'one', source: 's', key: 'k' };
/** Rows of the journal that are no events. */
const MALFORMED = [
  null,
  7,
  'event',
  [],
  {},
  { ...AT, seq: 0 },
  { ...AT, seq: 'x' },
  { ...AT, organismId: '' },
  { ...AT, type: 'message' },
  { ...AT, type: 'novel', occurredAt: 1 },
  JSON.parse('{"__proto__":{"polluted":true}}'),
];

async function start(): Promise<ContractUpstream> {
  const edge = await openTestApi({ organisms: ['one', 'two'] });
  const meddler = await startMeddler(edge.url);
  const meddled = meddleWithList(meddler, {
    path: /\/events\?/,
    list: 'events',
    malformed: MALFORMED,
  });
  const keys: string[] = [];
  let emitting: Promise<unknown> = Promise.resolve();

  function emit(organismId: string, count: number): void {
    const events = Array.from({ length: count }, (_, index) =>
      index % 4 === 0 ? usageEvent() : messageEvent(`m${keys.length + index}`),
    );
    keys.push(...events.map(({ key }) => `${organismId}/${organismId}-source/${key}`));
    emitting = emitting.then(() => edge.emit(events, { organismId }));
  }

  return {
    ...meddled,
    createSource: (deps) =>
      createOrganoscopeSource({ name: 'edge', url: meddler.url, organismId: 'edge' }, deps),
    play(events) {
      emit('one', Math.ceil(events / 2));
      emit('two', Math.floor(events / 2));
    },
    expectedKeys: () => keys,
    isExpectable: (key) => /^(one|two)\//.test(key),
    async stop() {
      await emitting;
      await meddler.stop();
      await edge.close();
    },
  };
}

describeSource('Organoscope', start);
