'use client';

import { clsx } from 'clsx';
import Link from 'next/link';

import { runtimeName } from '#components/connect/runtimes.ts';
import { formatExact } from '#components/format/number.ts';
import { formatAgo } from '#components/format/time.ts';
import { useServerNow } from '#components/live/use-live.ts';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Num } from '#components/ui/figures.tsx';
import { Mono } from '#components/ui/id.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';
import { Instant, TimeAgo } from '#components/ui/time.tsx';
import type { SourceInfo } from '#organism/api/resources.ts';
import type { EventOf } from '#organism/event.ts';

import { arrivalWords, countRows, countsAddUp, isPosted } from './prepare-source.ts';
import { SourceCommands } from './source-commands.tsx';

/** One source: how it is, what came of what it sent, and what was asked of it. */
export function SourcePanel(props: {
  source: SourceInfo;
  gaps: readonly EventOf<'gap'>[];
  onShowRejects: () => void;
}) {
  const { source, gaps } = props;
  const arrival = arrivalWords(source);
  const redactions = countRows(source.redactions);
  return (
    <Panel
      title={source.name}
      sub={runtimeName(source.kind)}
      actions={<SourceCommands source={source} />}
    >
      <div className="flex flex-col gap-4">
        <StateLine source={source} />
        {source.notices.map((notice) => (
          <p key={notice} className="border-l-2 border-waiting pl-2">
            {notice}
          </p>
        ))}
        <Counts source={source} onShowRejects={props.onShowRejects} />
        <dl className="grid grid-cols-[7rem_minmax(0,1fr)] gap-x-3 gap-y-1.5">
          <Fact label="Address">
            <Mono className="break-all">
              {isPosted(source) ? `POST ${source.url}` : source.url}
            </Mono>
          </Fact>
          <Fact label="Organism">
            <Link
              href={`/?organism=${encodeURIComponent(source.organismId)}`}
              className="break-all text-accent hover:underline"
            >
              {source.organismId}
            </Link>
          </Fact>
          <Fact label="Arrives">
            {`${arrival.word}. `}
            <span className="text-ink-2">{arrival.sentence}</span>
          </Fact>
          <Fact label="Last received">
            <TimeAgo instant={source.lastReceivedAt} />
          </Fact>
          <Fact label="Redacted">
            {redactions.length === 0 ? (
              <span className="text-ink-2">nothing so far</span>
            ) : (
              <span className="flex min-h-5 flex-wrap items-center gap-1.5">
                {redactions.map(({ label, count }) => (
                  <Badge key={label} tip={`${formatExact(count)} redacted before storing`}>
                    {label}&nbsp;
                    <Num value={count} />
                  </Badge>
                ))}
              </span>
            )}
          </Fact>
          <Fact label="Gaps">
            {gaps.length === 0 ? (
              <span className="text-ink-2">none known</span>
            ) : (
              <GapList gaps={gaps} />
            )}
          </Fact>
        </dl>
      </div>
    </Panel>
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

function StateLine({ source }: { source: SourceInfo }) {
  const now = useServerNow();
  const { nextTryAt } = source;
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <StateMark state={source.state} className="font-medium" />
      <span className="text-ink-2">
        since <TimeAgo instant={source.since} />
      </span>
      {source.attempt > 0 && (
        <span className="text-ink-2">{`try ${formatExact(source.attempt)}`}</span>
      )}
      {nextTryAt !== null && now !== null && (
        <span className="text-ink-2">
          {nextTryAt > now ? `next try ${formatAgo(nextTryAt, now)}` : 'trying now'}
        </span>
      )}
      {source.reason !== null && <span className="mono w-full break-words">{source.reason}</span>}
    </p>
  );
}

/** received = accepted + duplicate + rejected, as the equation it is. */
function Counts({ source, onShowRejects }: { source: SourceInfo; onShowRejects: () => void }) {
  const { counts, lastReject } = source;
  const addsUp = countsAddUp(source);
  const refused = countRows(source.refusedBodies);
  return (
    <div className="flex flex-col gap-1.5 rounded-md border border-line bg-canvas px-3 py-2">
      <p className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
        <Term count={counts.received} word="received" />
        <span className={addsUp ? 'text-ink-3' : 'text-error'}>{addsUp ? '=' : '≠'}</span>
        <Term count={counts.accepted} word="accepted" />
        <span className="text-ink-3">+</span>
        <Term count={counts.duplicate} word="duplicate" />
        <span className="text-ink-3">+</span>
        <Term count={counts.rejected} word="rejected" isBad={counts.rejected > 0} />
      </p>
      {!addsUp && (
        <p className="text-error">
          These must be equal: something that was received is not counted.
        </p>
      )}
      {refused.length > 0 && (
        <p className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
          <span className="text-ink-2">Refused whole since the start:</span>
          {refused.map(({ label, count }) => (
            <Badge key={label} tip={`${formatExact(count)} bodies of which nothing was stored`}>
              {label}&nbsp;
              <Num value={count} />
            </Badge>
          ))}
        </p>
      )}
      {counts.rejected > 0 && (
        <p className="flex flex-wrap items-center gap-2">
          <span className="min-w-0 text-ink-2">
            {lastReject === null ? (
              'Rejected inputs are kept apart.'
            ) : (
              <>
                Last reject <TimeAgo instant={lastReject.receivedAt} />:{' '}
                <span className="text-ink">{lastReject.reason}</span>
                {lastReject.detail !== '' && `, ${lastReject.detail}`}
              </>
            )}
          </span>
          <Button size="sm" className="ml-auto" onClick={onShowRejects}>
            Show rejects
          </Button>
        </p>
      )}
    </div>
  );
}

function Term(props: { count: number; word: string; isBad?: boolean | undefined }) {
  return (
    <span className={clsx('whitespace-nowrap', props.isBad === true && 'text-error')}>
      <Num value={props.count} exact className="text-lead font-medium" />{' '}
      <span className={clsx('text-table', props.isBad !== true && 'text-ink-3')}>{props.word}</span>
    </span>
  );
}

function GapList({ gaps }: { gaps: readonly EventOf<'gap'>[] }) {
  return (
    <ul className="flex max-h-40 flex-col gap-1 overflow-y-auto">
      {gaps.map((gap) => (
        <li key={gap.seq}>
          <span className="font-medium">
            {gap.missing === undefined ? gap.what : `${formatExact(gap.missing)} ${gap.what}`}
          </span>{' '}
          {gap.from !== null && (
            <>
              from <Instant instant={gap.from} show="minute" />{' '}
            </>
          )}
          {gap.to !== null && (
            <>
              to <Instant instant={gap.to} show="minute" />{' '}
            </>
          )}
          <span className="text-ink-2">{gap.reason}</span>
        </li>
      ))}
    </ul>
  );
}
