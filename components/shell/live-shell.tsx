'use client';

import dynamic from 'next/dynamic';
import { usePathname, useRouter } from 'next/navigation';

import { scopedHref } from '#components/api/scoped-href.ts';
import { useOrganismId, useSetOrganismId } from '#components/api/use-organism-id.ts';
import { useOrganisms } from '#components/api/use-organisms.ts';
import { ConnectGate } from '#components/connect/connect-gate.tsx';
import { LiveProvider } from '#components/live/live-context.tsx';
import { useConnection } from '#components/live/use-live.ts';
import { useLoadedSoon } from '#components/ui/use-loaded-soon.ts';

import type { ConnectionState } from './connection-pill.tsx';
import { DESTINATIONS, isCurrent } from './destinations.ts';
import { Shell } from './shell.tsx';
import { useAttention } from './use-attention.ts';
import { useBudgetAnnouncement } from './use-budget-announcement.ts';

const loadToasts = () => import('./budget-toasts.tsx');
/** In no page's first load. */
const BudgetToasts = dynamic(async () => (await loadToasts()).BudgetToasts, { ssr: false });

/** The shell around every page, fed by the live picture of the organism in the URL. */
export function LiveShell({ children }: { children: React.ReactNode }) {
  const organismId = useOrganismId();
  return (
    <LiveProvider organism={organismId}>
      <ConnectedShell organismId={organismId}>{children}</ConnectedShell>
    </LiveProvider>
  );
}

function ConnectedShell(props: { organismId: string | null; children: React.ReactNode }) {
  const { status, reconnectNow } = useConnection();
  const organisms = useOrganisms();
  const attention = useAttention();
  const switchOrganism = useSwitchOrganism();
  const announcement = useBudgetAnnouncement();
  const areToastsLoaded = useLoadedSoon(loadToasts, announcement !== null);
  return (
    <>
      <Shell
        connection={organisms.data?.count === 0 ? NO_CONNECTION : status}
        onReconnect={reconnectNow}
        organisms={organisms.data?.organisms.map(({ id, name, status: word }) => ({
          id,
          name,
          hint: word,
        }))}
        organismId={props.organismId}
        onOrganismChange={switchOrganism}
        attention={attention}
      >
        <ConnectGate>{props.children}</ConnectGate>
      </Shell>
      {areToastsLoaded && announcement !== null && <BudgetToasts announcement={announcement} />}
    </>
  );
}

const NO_CONNECTION: ConnectionState = { kind: 'unused' };

/** Another organism has neither this agent nor this thread: from a detail it goes to its list. */
function useSwitchOrganism(): (id: string) => void {
  const router = useRouter();
  const pathname = usePathname();
  const setOrganismId = useSetOrganismId();
  return (id) => {
    const here = DESTINATIONS.find(({ href }) => isCurrent(href, pathname));
    if (here === undefined || here.href === pathname) setOrganismId(id);
    else router.push(scopedHref(here.href, { organism: id, timezone: null }));
  };
}
