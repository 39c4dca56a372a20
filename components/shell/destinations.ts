import {
  Activity,
  Bot,
  Cable,
  ChartColumn,
  Gauge,
  MessageSquareText,
  Play,
  ReceiptText,
  TriangleAlert,
  Waypoints,
  type LucideIcon,
} from 'lucide-react';

export type DestinationId =
  | 'overview'
  | 'agents'
  | 'threads'
  | 'messages'
  | 'runs'
  | 'gas'
  | 'usage'
  | 'billing'
  | 'errors'
  | 'sources';

export type Destination = {
  id: DestinationId;
  href: string;
  label: string;
  icon: LucideIcon;
  /** Pressed after `g`. */
  key: string;
  /** Has a place in the bottom bar of a narrow screen. */
  isMain: boolean;
};

/** In groups as the rail shows them: what lives, what it costs, how the watching itself goes. */
export const DESTINATION_GROUPS: readonly (readonly Destination[])[] = [
  [
    { id: 'overview', href: '/', label: 'Overview', icon: Activity, key: 'o', isMain: true },
    { id: 'agents', href: '/agents', label: 'Agents', icon: Bot, key: 'a', isMain: true },
    { id: 'threads', href: '/threads', label: 'Threads', icon: Waypoints, key: 't', isMain: true },
    {
      id: 'messages',
      href: '/messages',
      label: 'Messages',
      icon: MessageSquareText,
      key: 'm',
      isMain: false,
    },
    { id: 'runs', href: '/runs', label: 'Runs', icon: Play, key: 'r', isMain: false },
  ],
  [
    { id: 'gas', href: '/gas', label: 'Gas', icon: Gauge, key: 'g', isMain: true },
    { id: 'usage', href: '/usage', label: 'Usage', icon: ChartColumn, key: 'u', isMain: false },
    {
      id: 'billing',
      href: '/billing',
      label: 'Billing',
      icon: ReceiptText,
      key: 'b',
      isMain: false,
    },
  ],
  [
    {
      id: 'errors',
      href: '/errors',
      label: 'Errors',
      icon: TriangleAlert,
      key: 'e',
      isMain: false,
    },
    { id: 'sources', href: '/sources', label: 'Sources', icon: Cable, key: 's', isMain: false },
  ],
];

export const DESTINATIONS: readonly Destination[] = DESTINATION_GROUPS.flat();

/** The pages that say something of an organism: not every runtime works in runs. */
export function isOffered({ id }: Destination, organism: { readonly hasRuns: boolean }): boolean {
  return id !== 'runs' || organism.hasRuns;
}

/** Whether `href` is the page shown, or the list the shown page belongs to. */
export function isCurrent(href: string, pathname: string): boolean {
  return href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`);
}
