import { rmSync } from 'node:fs';
import path from 'node:path';

import { createSqliteStore } from '#db/sqlite/store.ts';

import { isAtLeast, isExactly } from './kit/bars.ts';
import type { Flaw } from './kit/flaws.ts';
import { whileFrozen } from './kit/freeze.ts';
import type { LedgerMark } from './kit/ledger.ts';
import { createLedger } from './kit/ledger.ts';
import { copyImage, makeImage, mountImage } from './kit/mounts.ts';
import type { StoreAudit } from './kit/store-audit.ts';
import { auditStore } from './kit/store-audit.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';
import { createVictim } from './kit/victim.ts';
import { delay, until } from './kit/waits.ts';
import { startWriters } from './kit/writers.ts';

const CUTS = 20;
const CONTROL_CUTS = 3;
const WRITERS = 4;
const BATCH_EVENTS = 50;
const ENOUGH_ACKED = 50_000;
const ACKED_PER_CUT = { min: 2600, max: 3400 };
/** So that a cut meets every moment of a commit. */
const MAX_EXTRA_MS = 20;
/** Larger than what the server wants left free. */
const IMAGE_MEBIBYTES = 1024;
const LOAD_LIMIT_MS = 30_000;
const SILENT = { info: () => {}, warn: () => {}, error: () => {} };

interface Cut extends StoreAudit {
  /** Why the store would not open after the cut; null when it did, with no help. */
  readonly refusal: string | null;
}

export const test: TortureTest = {
  id: 'B02',
  title: 'power-cut',
  isFast: false,
  needs: ['linux', 'root', { tool: 'mkfs.ext4' }],
  async run(context) {
    const { cuts, ackedBefore, end, answered } = await play(context, CUTS, []);
    const control = await play(context, CONTROL_CUTS, ['synchronous-normal']);
    const lost = sum(cuts, (cut) => cut.lost);
    const doubled = sum(cuts, (cut) => cut.doubled);
    const moneyDeltaNanos = sum(cuts, (cut) => cut.moneyDeltaNanos);
    return {
      load: `${CUTS} power cuts under ${WRITERS} writers`,
      counts: { ...answered, lost, doubled, moneyDeltaNanos },
      bars: [
        isAtLeast('acknowledged before the last cut', ackedBefore, ENOUGH_ACKED),
        isExactly(
          'opened again with no help',
          sum(cuts, (cut) => Number(cut.refusal === null)),
          CUTS,
        ),
        isExactly('acknowledged and lost, all cuts', lost, 0),
        isExactly('doubled, all cuts', doubled, 0),
        isExactly(
          'stored but never sent, all cuts',
          sum(cuts, (cut) => cut.phantom),
          0,
        ),
        isExactly('money off, nano-dollars, all cuts', moneyDeltaNanos, 0),
        isExactly(
          'sound by integrity_check',
          sum(cuts, (cut) => Number(cut.integrity === 'ok')),
          CUTS,
        ),
        isExactly('lost by the server that went on', end.lost, 0),
      ],
      control: {
        name: 'synchronous=NORMAL',
        bar: isExactly(
          `acknowledged and lost, ${CONTROL_CUTS} cuts`,
          sum(control.cuts, (cut) => cut.lost),
          0,
        ),
      },
    };
  },
};

async function play(context: TortureContext, count: number, flaws: readonly Flaw[]) {
  const { dir, defer, random, say } = context;
  const name = flaws.join('-') || 'sound';
  const image = path.join(dir, `${name}.img`);
  makeImage(image, IMAGE_MEBIBYTES);
  const disk = mountImage(image, path.join(dir, name), defer);
  const victim = createVictim({ dataDir: path.join(disk.dir, 'data'), flaws, defer });
  const ledger = createLedger(dir, { name, writers: WRITERS, defer });
  await victim.start();
  const writers = startWriters({
    writers: WRITERS,
    batchEvents: BATCH_EVENTS,
    ledger,
    url: victim.url,
  });
  const cuts: Cut[] = [];
  let ackedBefore = 0;
  for (let cut = 1; cut <= count; cut += 1) {
    const enough = ledger.ackedEvents() + random.int(ACKED_PER_CUT.min, ACKED_PER_CUT.max);
    await until(LOAD_LIMIT_MS, `${enough} acknowledged`, () => ledger.ackedEvents() >= enough);
    await delay(random.int(0, MAX_EXTRA_MS));
    const copy = `${image}.cut`;
    const mark = await whileFrozen(victim.process().pid, () => {
      ackedBefore = ledger.ackedEvents();
      copyImage(image, copy);
      return ledger.mark();
    });
    cuts.push(await openCut(context, copy, mark));
    if (cut % 5 === 0) say(`${cut} cuts, ${ackedBefore} acknowledged before`);
  }
  await writers.stop();
  await victim.end('SIGTERM');
  const end = auditStore(victim.dataDir, ledger.mark());
  disk.unmount();
  return { cuts, ackedBefore, end, answered: ledger.answered() };
}

/** What the machine finds when the power is back. */
async function openCut(
  { dir, defer }: TortureContext,
  image: string,
  mark: LedgerMark,
): Promise<Cut> {
  const disk = mountImage(image, path.join(dir, 'after-the-cut'), defer);
  const dataDir = path.join(disk.dir, 'data');
  let refusal: string | null = null;
  try {
    const store = await createSqliteStore({ dataDir, log: SILENT, readers: 1 });
    await store.close();
  } catch (error) {
    refusal = String(error);
  }
  const found = auditStore(dataDir, mark);
  disk.unmount();
  rmSync(image);
  return { ...found, refusal };
}

function sum(cuts: readonly Cut[], of: (cut: Cut) => number): number {
  return cuts.reduce((total, cut) => total + of(cut), 0);
}
