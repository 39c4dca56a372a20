import type { Random } from '#lab/agentserver/random.ts';

/** Work that others started: sessions whose transcripts grow. */
export interface LabSessions {
  /** Adds about so many messages, over all sessions. */
  grow(messages: number, now: number): void;
  list(): readonly LabSession[];
  messages(id: string): readonly Record<string, unknown>[];
  /** Puts rows as they are into a transcript. */
  inject(rows: readonly Record<string, unknown>[]): void;
}

interface LabSession {
  readonly id: string;
  readonly started_at: number;
  last_active: number;
  message_count: number;
  input_tokens: number;
  output_tokens: number;
}

const SESSIONS = 6;
const ASKED = [
  'What changed today?',
  'Clean the build folder',
  'Résumé of ticket 42, bitte — 日本',
];
const ANSWERED = ['Three commits, one release.', 'Done: 212 MB are free again.', 'A test is red.'];

export function createLabSessions(random: Random): LabSessions {
  const sessions = new Map<string, LabSession>();
  const transcripts = new Map<string, Record<string, unknown>[]>();
  let nextId = 1;

  function sessionOf(index: number, at: number): LabSession {
    const id = `20260425_1015${String(index).padStart(2, '0')}_lab`;
    const found = sessions.get(id);
    if (found !== undefined) return found;
    const session = { id, started_at: at, last_active: at, message_count: 0 };
    const made = { ...session, input_tokens: 0, output_tokens: 0 };
    sessions.set(id, made);
    transcripts.set(id, []);
    return made;
  }

  function add(session: LabSession, row: Record<string, unknown>): void {
    transcripts.get(session.id)?.push(row);
    session.message_count += 1;
  }

  return {
    grow(messages, now) {
      for (let count = 0; count < messages; count += 1) {
        const at = now / 1000;
        const session = sessionOf(random.int(1, SESSIONS), at);
        const isAsked = session.message_count % 2 === 0;
        add(session, {
          id: nextId,
          role: isAsked ? 'user' : 'assistant',
          content: random.pick(isAsked ? ASKED : ANSWERED),
          tool_calls: null,
          timestamp: at,
        });
        nextId += 1;
        session.last_active = at;
        if (isAsked) continue;
        session.input_tokens += random.int(200, 4000);
        session.output_tokens += random.int(20, 600);
      }
    },
    list: () => [...sessions.values()],
    messages: (id) => transcripts.get(id) ?? [],
    inject(rows) {
      const session = sessionOf(1, Date.now() / 1000);
      for (const row of rows) add(session, row);
    },
  };
}
