'use client';

import { clsx } from 'clsx';

import { useStorage } from '#components/api/use-storage.ts';
import { Num } from '#components/ui/figures.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { FailedState } from '#components/ui/surface-states.tsx';
import { Duration, TimeAgo } from '#components/ui/time.tsx';
import type { Storage } from '#organism/api/storage.ts';
import { sizeWords } from '#organism/size-words.ts';

import { diskWords, prunedLines } from './prepare-storage.ts';

const TONES = {
  quiet: '',
  warning: 'border-l-2 border-waiting pl-2',
  error: 'border-l-2 border-error pl-2 font-medium',
} as const;

/** The store that everything shown here is kept in. */
export function StoragePanel() {
  const storage = useStorage();
  return (
    <Panel title="Store">
      {storage.data !== undefined ? (
        <StorageFacts storage={storage.data} />
      ) : storage.error === null ? (
        <SkeletonRows rows={3} label="Loading the state of the store" />
      ) : (
        <FailedState
          what="The state of the store could not be loaded"
          why={storage.error.detail}
          onRetry={() => void storage.refetch()}
          isRetrying={storage.isFetching}
        />
      )}
    </Panel>
  );
}

function StorageFacts({ storage }: { storage: Storage }) {
  const disk = diskWords(storage.disk);
  const pruned = prunedLines(storage.retention);
  return (
    <dl className="grid grid-cols-[7rem_minmax(0,1fr)] gap-x-3 gap-y-1.5">
      <Fact label="Size">
        {sizeWords(storage.bytes)}, <Num value={storage.rows['journal'] ?? 0} /> events
      </Fact>
      <Fact label="Disk">
        <p role={disk.tone === 'quiet' ? undefined : 'status'} className={clsx(TONES[disk.tone])}>
          {disk.text}
        </p>
      </Fact>
      <Fact label="Last backup">
        <BackupFact backups={storage.backups} />
      </Fact>
      {pruned.length > 0 && <Fact label="No longer kept">{pruned.join(', ')}</Fact>}
    </dl>
  );
}

function BackupFact({ backups }: { backups: Storage['backups'] }) {
  const { last, everyMs, lastFailure } = backups;
  return (
    <div className="flex flex-col gap-1">
      <p>
        {last === null ? (
          <span className="text-ink-2">none yet</span>
        ) : (
          <>
            <TimeAgo instant={last.at} />, {sizeWords(last.bytes)}
          </>
        )}
        {everyMs !== null && (
          <span className="text-ink-2">
            , every <Duration durationMs={everyMs} />
          </span>
        )}
      </p>
      {lastFailure !== null && <p className={TONES.error}>The last try failed: {lastFailure}</p>}
    </div>
  );
}

function Fact(props: { label: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{props.label}</dt>
      <dd className="min-w-0">{props.children}</dd>
    </>
  );
}
