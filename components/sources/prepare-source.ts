import type { SourceInfo } from '#organism/api/resources.ts';
import type { OrganismState, SourceView } from '#organism/state.ts';

/** The part of the live picture this page reads. */
export type LiveSources = Pick<OrganismState, 'organismId' | 'sources' | 'gaps'>;

export interface SocketMode {
  readonly word: string;
  readonly sentence: string;
}

const SOCKET_MODES: Record<NonNullable<SourceInfo['socketMode']>, SocketMode> = {
  all: {
    word: 'Everything by socket',
    sentence:
      'Events and messages arrive by socket. REST fetches usage, budgets and what was missed.',
  },
  'all-but-messages': {
    word: 'Messages by REST',
    sentence:
      'The socket carries events but not messages: messages, usage and budgets come from REST.',
  },
  nothing: {
    word: 'Everything by REST',
    sentence: 'The socket carries nothing this server can send: everything is read from REST.',
  },
};
const UNKNOWN_MODE: SocketMode = {
  word: 'Not known yet',
  sentence: 'What the socket can carry shows itself after it has been open for a while.',
};

/** What arrives by socket and what is fetched, in words. */
export function socketModeWords(mode: SourceInfo['socketMode']): SocketMode {
  return mode === null ? UNKNOWN_MODE : SOCKET_MODES[mode];
}

/** The socket's news over the polled answer, where it is the newer of the two. */
export function withLiveState(info: SourceInfo, organism: LiveSources): SourceInfo {
  const live: SourceView | undefined =
    organism.organismId === info.organismId ? organism.sources.get(info.name) : undefined;
  if (live === undefined || live.since < info.since) return info;
  const { state, since, socketMode, reason, nextTryAt, attempt, notices } = live;
  return { ...info, state, since, socketMode, reason, nextTryAt, attempt, notices: [...notices] };
}

/** What the live picture knows to be missing from one source, newest first. */
export function gapsOf(info: SourceInfo, organism: LiveSources): OrganismState['gaps'] {
  if (organism.organismId !== info.organismId) return [];
  return organism.gaps.filter((gap) => gap.source === info.name).toReversed();
}

/** Every input is one of three: an equation that does not hold is shown as one. */
export function countsAddUp({ counts }: SourceInfo): boolean {
  return counts.received === counts.accepted + counts.duplicate + counts.rejected;
}

export function redactionRows({
  redactions,
}: SourceInfo): { readonly label: string; readonly count: number }[] {
  return Object.entries(redactions)
    .map(([label, count]) => ({ label, count }))
    .sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
}
