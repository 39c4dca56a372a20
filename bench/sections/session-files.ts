import { isDeepStrictEqual } from 'node:util';

import { HOUR_MS } from '#organism/durations.ts';
import type { DraftOf } from '#organism/event.ts';
import { totalTokens } from '#organism/tokens.ts';

import { makeTempDir, withCleanup } from '../cleanup.ts';
import type { Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import type { IngestKit } from '../ingest-kit.ts';
import { ORGANISM, openIngest } from '../ingest-kit.ts';
import type { BenchContext, BenchSection } from '../section.ts';
import type { Days, SessionFolders } from '../session-folders.ts';
import { SESSION_FOLDERS } from '../session-folders.ts';
import { measureSpent, timeInTurns } from '../stopwatch.ts';

/** Session files of coding agents: what their days add up to, and how soon all of them is stored. */
export const section: BenchSection = {
  title: 'Session files of Codex and Claude Code, beside ccusage',
  minutes: 4,
  measure,
};

const MB = 1e6;
const MIN_BAR_BYTES = 100 * MB;

async function measure({ rounds, pick }: BenchContext): Promise<Measured> {
  const bytes = pick({ full: 500 * MB, quick: 20 * MB });
  const stored = pick({ full: 50 * MB, quick: 5 * MB });
  const figures: Figure[] = [];
  for (const folders of SESSION_FOLDERS) {
    figures.push(...(await compare(folders, bytes, rounds)), await store(folders, stored));
  }
  return {
    figures,
    notes: [
      `${(bytes * SESSION_FOLDERS.length) / MB} MB of files, written by the twins with one seed, read from the page cache, by the two in turns. Each time is of a whole process, its start included: \`organoscope daily\`, which reads files and keeps nothing, and ccusage with its prices offline. The totals of every day are equal, or the section fails.`,
      `The watcher reads ${stored / MB} MB into an empty store: decoding, validating, redacting, pricing, the journal on disk and the live picture. ccusage keeps nothing, so it is no control of that.`,
    ],
  };
}

/** @throws Error naming a day whose totals differ */
async function compare(folders: SessionFolders, bytes: number, rounds: number): Promise<Figure[]> {
  return withCleanup(async (defer) => {
    const home = makeTempDir(defer);
    folders.fill(home, bytes);
    // Once each beforehand: compiled code and files are in their caches for both.
    expectEqual(await folders.ours(home), await folders.theirs(home));
    const [ours, theirs] = await timeInTurns(rounds, [
      () => folders.ours(home),
      () => folders.theirs(home),
    ]);
    expectEqual(ours.result, theirs.result);
    return [
      {
        name: `${folders.kind}: daily totals of ${bytes / MB} MB`,
        unit: 'ms',
        rounds: ours.rounds,
        control: { name: 'ccusage', value: median(theirs.rounds) },
        // Of little the start of a process is most.
        bars: bytes < MIN_BAR_BYTES ? undefined : [{ of: 'ratio', atMost: 1 }],
      },
    ];
  });
}

function expectEqual(ours: Days, theirs: Days): void {
  for (const day of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    if (isDeepStrictEqual(ours[day], theirs[day])) continue;
    throw new Error(`${day}: ${String(ours[day])} here, ${String(theirs[day])} by ccusage`);
  }
}

/** @throws Error when what is billed is not what the days add up to */
async function store(folders: SessionFolders, bytes: number): Promise<Figure> {
  return withCleanup(async (defer) => {
    const home = makeTempDir(defer);
    folders.fill(home, bytes);
    const expected = Object.values(await folders.ours(home)).flat();
    const kit = await openIngest(makeTempDir(defer));
    defer(() => kit.close());
    // The store counts each key once: a session that was resumed repeats some.
    const billed = new Map<string, number>();
    const { elapsedMs } = await measureSpent(() =>
      readOnce(folders, home, kit, ({ key, tokens }) => {
        if (!billed.has(key)) billed.set(key, totalTokens(tokens));
      }),
    );
    const total = expected.reduce((sum, tokens) => sum + tokens, 0);
    const found = [...billed.values()].reduce((sum, tokens) => sum + tokens, 0);
    if (found !== total) throw new Error(`${folders.kind}: ${found} tokens of ${total} billed`);
    return {
      name: `${folders.kind}: watcher, into an empty store`,
      unit: 'MB/s',
      rounds: [bytes / MB / (elapsedMs / 1000)],
    };
  });
}

/** Runs the source until it has read all there is. */
async function readOnce(
  folders: SessionFolders,
  home: string,
  kit: IngestKit,
  onUsage: (usage: DraftOf<'usage'>) => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const source = folders.createSource(home, {
      async deliver(delivery, organismId = folders.kind) {
        await kit.ingest(organismId, delivery);
        for (const draft of delivery.drafts) {
          if (draft.type === 'usage') onUsage(draft);
          if (draft.type !== 'source_status') continue;
          if (draft.state === 'retrying') reject(new Error(draft.reason));
          else if (draft.state === 'polling') resolve();
        }
        return { accepted: 0, duplicate: 0, rejected: 0 };
      },
      getCursor: (name) => kit.store.getCursor(ORGANISM, name),
      isWatched: () => true,
      log: { info: () => undefined, warn: () => undefined },
      // Later than the files: nothing in them is waited for.
      now: () => Date.now() + HOUR_MS,
      elapsed: () => performance.now(),
      random: Math.random,
      // Once is enough.
      schedule: () => () => undefined,
    });
    void source.start();
  });
}
