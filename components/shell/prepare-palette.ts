import { formatPercent } from '#components/format/number.ts';
import { hottestThreads } from '#components/gauge/hot-threads.ts';
import { shortenId } from '#components/ui/id.tsx';
import type { SearchResult } from '#organism/api/resources.ts';
import { percentUsed } from '#organism/gas.ts';
import type { OrganismState } from '#organism/state.ts';

import type { PaletteItem } from './palette.tsx';

const MAX_AGENTS = 200; // more would only slow the typing down: the search finds the rest
const MAX_HOT_THREADS = 8;

/** The organism's agents by name and its hottest running threads. */
export function liveItems(organism: OrganismState): PaletteItem[] {
  return [...agentItems(organism), ...hotThreadItems(organism)];
}

/** What the server found. It matched the text itself, so the palette must not filter it again. */
export function searchItems(hits: SearchResult['hits'], text: string): PaletteItem[] {
  return hits.map((hit) => ({
    id: `${hit.kind}:${hit.id}`,
    label: hit.kind === 'thread' ? shortenId(hit.title) : hit.title,
    group: GROUPS[hit.kind],
    hint: hit.detail,
    keywords: [text],
    href: `${PLACES[hit.kind]}${encodeURIComponent(hit.id)}${hit.kind === 'message' ? '&' : '?'}organism=${encodeURIComponent(hit.organismId)}`,
  }));
}

const GROUPS = { agent: 'Agents', thread: 'Threads', message: 'Messages' } as const;
const PLACES = {
  agent: '/agents/',
  thread: '/threads/',
  message: '/messages?message=',
} as const;

function agentItems(organism: OrganismState): PaletteItem[] {
  return [...organism.agents.values()]
    .filter((agent) => agent.isListed && !agent.isRemoved)
    .sort((a, b) => a.name.localeCompare(b.name))
    .slice(0, MAX_AGENTS)
    .map((agent) => ({
      id: `agent:${agent.name}`,
      label: agent.name,
      group: GROUPS.agent,
      hint: agent.state,
      keywords: [agent.isAgent ? 'agent' : 'tool', agent.description],
      href: `/agents/${encodeURIComponent(agent.name)}`,
    }));
}

function hotThreadItems(organism: OrganismState): PaletteItem[] {
  return hottestThreads(organism)
    .slice(0, MAX_HOT_THREADS)
    .map(({ id, budget }) => ({
      id: `thread:${id}`,
      label: shortenId(id),
      group: 'Hottest threads',
      hint: `${formatPercent(percentUsed(budget.totalTokens, budget.maxTokens))} of budget`,
      keywords: ['thread', id],
      href: `/threads/${encodeURIComponent(id)}`,
    }));
}
