import { parentPort, workerData } from 'node:worker_threads';

import { z } from 'zod';

import type {
  CommandOutcome,
  CommandRecord,
  PruneRequest,
  PruneResult,
  PrunedMark,
} from '#db/store.ts';
import { StoreError } from '#db/store.ts';

import type { PackedBatches } from './batch-transport.ts';
import { unpackBatches } from './batch-transport.ts';
import { openStore } from './open-store.ts';
import { readPrunedMarks } from './pruned-marks.ts';
import { createStatements } from './reader/statements.ts';
import type { StoreFailure } from './store-failure.ts';
import { toFailure } from './store-failure.ts';
import { serveRpc } from './worker-rpc.ts';
import { createCommandLog } from './writer/command-log.ts';
import type { GroupCommit, GroupOutcome } from './writer/group-commit.ts';
import { createGroupCommit } from './writer/group-commit.ts';
import { readLastSeq } from './writer/journal-table.ts';
import { createPruner } from './writer/pruner.ts';
import { createSettleTimer } from './writer/settle-timer.ts';
import type { SnapshotRow } from './writer/snapshot-shelf.ts';
import { createSnapshotShelf } from './writer/snapshot-shelf.ts';

/** The one thread that writes. It owns the instance lock, the migrations and every transaction. */

const BUSY_NOTICE = 'Another process holds the database: writes wait and are tried again';

const writerDataSchema = z.object({ dataDir: z.string(), freshEpoch: z.string() });

export interface WriterGreeting {
  readonly epoch: string;
  readonly schemaVersion: number;
  readonly lastSeq: number;
  readonly pruned: readonly PrunedMark[];
  readonly isSettled: boolean;
  /** What was done to the store that its keeper should know. */
  readonly notices: readonly string[];
}

export interface WriterMethods {
  append(batches: PackedBatches): Promise<GroupOutcome>;
  saveSnapshot(snapshot: SnapshotRow): Promise<void>;
  beginCommand(command: CommandRecord): Promise<number>;
  finishCommand(id: number, outcome: CommandOutcome): Promise<void>;
  prune(request: PruneRequest): Promise<PruneResult>;
  /** Brings what queries read up to what was acknowledged. */
  settle(): void;
  /** Writes something durable that means nothing. */
  probe(at: number): Promise<void>;
  close(): void;
}

function main(): void {
  const port = parentPort;
  if (port === null) throw new Error('writer-worker.ts runs in a worker thread only');
  try {
    const { dataDir, freshEpoch } = writerDataSchema.parse(workerData);
    const store = openStore(dataDir, freshEpoch);
    const { db, marks, epoch, schemaVersion } = store;
    let isServing = false;
    const group = createGroupCommit({
      db,
      marks,
      onBusy: () => port.postMessage({ notice: BUSY_NOTICE }),
      onFatal: (fatal) => {
        if (isServing) port.postMessage({ fatal });
      },
    });
    const unsettled = settleAtStart(group);
    const timer = createSettleTimer(group);
    const commands = createCommandLog(db);
    const snapshots = createSnapshotShelf(db);
    const pruner = createPruner(db);
    const probe = db.prepare<[string]>(
      "INSERT OR REPLACE INTO meta (key, value) VALUES ('probed_at', ?)",
    );
    serveRpc<WriterMethods>(
      port,
      {
        append: (batches) => group.append(unpackBatches(batches)).finally(timer.start),
        saveSnapshot: (snapshot) => group.write(() => snapshots.save(snapshot)),
        beginCommand: (command) => group.write(() => commands.begin(command)),
        finishCommand: (id, outcome) => group.write(() => commands.finish(id, outcome)),
        prune: (request) => group.writeSettled(() => pruner.prune(request)),
        settle: () => group.settle(),
        probe: (at) => group.write(() => void probe.run(String(at))),
        close() {
          timer.stop();
          const problem = settleQuietly(group);
          if (problem !== null) port.postMessage({ notice: problem.message });
          store.close();
        },
      },
      ['settle'],
    );
    const greeting: WriterGreeting = {
      epoch,
      schemaVersion,
      lastSeq: readLastSeq(db),
      pruned: readPrunedMarks(createStatements(() => db)),
      isSettled: group.isSettled(),
      notices: [...store.notices, ...unsettled],
    };
    isServing = true;
    port.postMessage({ greeting });
  } catch (error) {
    port.postMessage({ refusal: toFailure(error, 'open the store') });
    port.close();
  }
}

/**
 * Counts what a process before this one left to be counted.
 * @returns for the log: why that must wait
 */
function settleAtStart(group: GroupCommit): string[] {
  const problem = settleQuietly(group);
  if (problem === null) return [];
  if (problem.code === 'disk-full' || problem.code === 'busy') return [problem.message];
  throw new StoreError(problem.code, problem.message);
}

/** What cannot be written now is made up for later, at the next start if need be. */
function settleQuietly(group: GroupCommit): StoreFailure | null {
  try {
    group.settle();
    return null;
  } catch (error) {
    return toFailure(error, 'count the newest events');
  }
}

main();
