import type { SourceInfo } from '#organism/api/resources.ts';
import type { OrganismState, SourceView } from '#organism/state.ts';

/** The part of the live picture this page reads. */
export type LiveSources = Pick<OrganismState, 'organismId' | 'sources' | 'gaps'>;

export interface ArrivalWords {
  readonly word: string;
  readonly sentence: string;
}

const SOCKET_MODES: Record<NonNullable<SourceInfo['socketMode']>, ArrivalWords> = {
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
const UNKNOWN_MODE: ArrivalWords = {
  word: 'Not known yet',
  sentence: 'What the socket can carry shows itself after it has been open for a while.',
};

const POSTED: ArrivalWords = {
  word: 'Posted to this server',
  sentence: 'Programs send to this address; each request is answered once it is durable.',
};
/** Of what is dialled and has no socket whose mode could be known. */
const DIALLED: Readonly<Record<string, ArrivalWords>> = {
  hermes: {
    word: 'Runs streamed, the rest polled',
    sentence:
      'A run started or handed over here is read as it happens. Health, jobs and sessions are read every few seconds.',
  },
  coder: {
    word: 'Polled',
    sentence: 'Sessions are read every 30 s; those whose totals moved are read in full.',
  },
  codex: {
    word: 'Session files',
    sentence: 'Files are read as they grow. Each folder worked in is an organism of its own.',
  },
  'claude-code': { word: 'Session files', sentence: 'Files are read as they grow.' },
  organoscope: {
    word: 'Its journal',
    sentence: 'Read twice a second from the position it stored with the last events.',
  },
};

/** How what a source tells arrives, in words. */
export function arrivalWords(
  source: Pick<SourceInfo, 'kind' | 'url' | 'socketMode'>,
): ArrivalWords {
  if (isPosted(source)) return POSTED;
  const { kind, socketMode } = source;
  return socketMode === null ? (DIALLED[kind] ?? UNKNOWN_MODE) : SOCKET_MODES[socketMode];
}

/** Programs post to it: its address is a path of this server. */
export function isPosted({ url }: Pick<SourceInfo, 'url'>): boolean {
  return url.startsWith('/');
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

/** Counts by label, the largest first. */
export function countRows(
  counts: Readonly<Record<string, number>>,
): { readonly label: string; readonly count: number }[] {
  return Object.entries(counts)
    .map(([label, count]) => ({ label, count }))
    .sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
}
