import { ArcGauge } from '#components/gauge/arc-gauge.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Num, Unknown } from '#components/ui/figures.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';
import type { InstanceCard } from '#organism/instance-card.ts';

/** What the instance says of itself: its places for runs, its platforms, what it offers. */
export function InstancePanel({ card }: { card: InstanceCard }) {
  const { used, of } = card.runSlots;
  return (
    <Panel title="Instance">
      <div className="flex flex-col gap-3">
        <div className="flex justify-center">
          <ArcGauge
            label="Run slots"
            unit="runs"
            used={used}
            limit={of}
            timeToEmptyMs={null}
            below={`${of - used} of ${of} slots free`}
            source="the instance: streams open at once; those that others opened are not known"
          />
        </div>
        <dl className="grid grid-cols-[7rem_minmax(0,1fr)] gap-x-3 gap-y-1.5">
          <Fact label="Gateway">{card.gatewayState ?? <Unknown />}</Fact>
          <Fact label="Version">{card.version ?? <Unknown />}</Fact>
          <Fact label="Process">{card.pid ?? <Unknown />}</Fact>
          <Fact label="Active agents">
            <Num value={card.activeAgents} unit="agents" />
          </Fact>
          <Fact label="Readiness">{card.readiness ?? <Unknown />}</Fact>
          <Fact label="Platforms">
            <Platforms platforms={card.platforms} />
          </Fact>
          <Fact label="Offers">
            {card.features.length === 0 ? (
              <span className="text-ink-2">
                The first version: runs and jobs. Work that others started shows only as a count.
              </span>
            ) : (
              <span className="flex flex-wrap gap-1">
                {card.features.map((feature) => (
                  <Badge key={feature}>{feature.replaceAll('_', ' ')}</Badge>
                ))}
              </span>
            )}
          </Fact>
        </dl>
      </div>
    </Panel>
  );
}

/** Words of an upstream's platforms that a mark stands for. */
const PLATFORM_STATES: Readonly<Record<string, string>> = {
  connected: 'live',
  connecting: 'connecting',
  retrying: 'retrying',
  disconnected: 'stopped',
  fatal: 'error',
};

function Platforms({ platforms }: Pick<InstanceCard, 'platforms'>) {
  const entries = Object.entries(platforms);
  if (entries.length === 0) return <span className="text-ink-2">none told</span>;
  return (
    <ul className="flex flex-col gap-1">
      {entries.map(([name, words]) => {
        const [state = '', ...why] = words.split(': ');
        return (
          <li key={name} className="flex min-w-0 items-center gap-1.5" data-tip={words}>
            <StateMark state={PLATFORM_STATES[state] ?? 'unknown'} isWordHidden />
            <span className="font-medium">{name}</span>
            <span className="truncate text-ink-2">{[state, ...why].join(', ')}</span>
          </li>
        );
      })}
    </ul>
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
