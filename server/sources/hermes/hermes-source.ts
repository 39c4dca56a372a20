import type { Source, SourceDeps } from '../source.ts';
import { parseUpstreamUrl } from '../upstream/upstream-url.ts';
import { SESSIONS_CURSOR } from './foreign-sessions.ts';
import { LIFE_CURSOR } from './instance.ts';
import { RUNS_CURSOR } from './run-book.ts';
import type { HermesIntervals, Session } from './session.ts';
import { createSession, DEFAULT_INTERVALS } from './session.ts';

export interface HermesConfig {
  readonly name: string;
  /** `http://HOST:PORT`, with `/p/PROFILE` for one profile of several. */
  readonly url: string;
  /** Its API_SERVER_KEY, sent with every request. */
  readonly apiKey?: string | undefined;
  readonly organismId: string;
  readonly intervals?: Partial<HermesIntervals> | undefined;
}

/**
 * The source for one Hermes API server: its health and jobs are polled, its runs are streamed.
 * @throws AppError `invalid-setting` when the URL is not one a source may dial
 */
export function createHermesSource(config: HermesConfig, deps: SourceDeps): Source {
  const { name, organismId, apiKey } = config;
  const url = parseUpstreamUrl(config.url);
  let session: Session | null = null;
  let stopping: Promise<void> | null = null;

  return {
    name,
    kind: 'hermes',
    async start() {
      const [life, runs, sessions] = await Promise.all(
        [LIFE_CURSOR, RUNS_CURSOR, SESSIONS_CURSOR].map((cursor) => deps.getCursor(cursor)),
      );
      if (session !== null || stopping !== null) return;
      session = createSession(
        { name, url, apiKey, intervals: { ...DEFAULT_INTERVALS, ...config.intervals } },
        deps,
        { life: life ?? null, runs: runs ?? null, sessions: sessions ?? null },
      );
      session.start();
    },
    stop() {
      stopping ??= session?.stop() ?? Promise.resolve();
      return stopping;
    },
    async control(command) {
      if (session === null) return { kind: 'not-sent', reason: 'this source has not started' };
      return await session.control(command);
    },
    describe: () => ({
      name,
      kind: 'hermes',
      url: url.shown,
      organismId,
      commands: session?.commands(),
    }),
  };
}
