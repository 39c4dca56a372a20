import { z } from 'zod';

/** Which runs we have subscribed to, which of them are open, and the sessions they belong to. */
export interface RunBook {
  begin(runId: string, sessionId: string): void;
  end(runId: string, childSessions: readonly string[]): void;
  /** A stream is opened once: the upstream drops what a second reader would need. */
  has(runId: string): boolean;
  /** Whether a run of ours feeds this session: its counters and transcript would count twice. */
  isOwn(sessionId: string): boolean;
  open(): readonly OpenRun[];
  openIn(sessionId: string): string | null;
  save(): Record<string, string>;
}

export interface OpenRun {
  readonly runId: string;
  readonly sessionId: string;
}

export const RUNS_CURSOR = 'runs';
/** Beyond these the oldest are forgotten; an upstream has none of theirs left by then. */
const MAX_RUNS = 200;
const MAX_SESSIONS = 1000;

const savedSchema = z.object({
  open: z.array(z.object({ runId: z.string(), sessionId: z.string() })).max(MAX_RUNS),
  runs: z.array(z.string()),
  sessions: z.array(z.string()),
});

export function createRunBook(cursor: string | null): RunBook {
  const saved = readSaved(cursor);
  const open = new Map(saved.open.map((run) => [run.runId, run]));
  const runs = new Set(saved.runs);
  const sessions = new Set(saved.sessions);

  return {
    begin(runId, sessionId) {
      open.set(runId, { runId, sessionId });
      keep(runs, runId, MAX_RUNS);
      keep(sessions, sessionId, MAX_SESSIONS);
    },
    end(runId, childSessions) {
      open.delete(runId);
      for (const session of childSessions) keep(sessions, session, MAX_SESSIONS);
    },
    has: (runId) => runs.has(runId),
    isOwn: (sessionId) => sessions.has(sessionId),
    open: () => [...open.values()],
    openIn: (sessionId) =>
      [...open.values()].findLast((run) => run.sessionId === sessionId)?.runId ?? null,
    save: () => ({
      [RUNS_CURSOR]: JSON.stringify({
        open: [...open.values()].slice(-MAX_RUNS),
        runs: [...runs],
        sessions: [...sessions],
      }),
    }),
  };
}

function keep(names: Set<string>, name: string, most: number): void {
  names.delete(name);
  names.add(name);
  const [oldest] = names;
  if (names.size > most && oldest !== undefined) names.delete(oldest);
}

function readSaved(cursor: string | null): z.infer<typeof savedSchema> {
  const nothing = { open: [], runs: [], sessions: [] };
  if (cursor === null) return nothing;
  const parsed = savedSchema.safeParse(JSON.parse(cursor));
  return parsed.success ? parsed.data : nothing;
}
