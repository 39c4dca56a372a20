import type { Source, SourceDeps } from '../source.ts';
import { parseUpstreamUrl } from '../upstream/upstream-url.ts';
import { AGENTSERVER_COMMANDS } from './control.ts';
import type { InboxLimits } from './inbox.ts';
import type { Intervals } from './intervals.ts';
import { DEFAULT_INTERVALS } from './intervals.ts';
import { CURSOR_NAMES } from './parts.ts';
import type { Session } from './session.ts';
import { createSession } from './session.ts';

export interface AgentServerConfig {
  readonly name: string;
  /** `http://HOST:PORT`, from the operator's configuration only. */
  readonly url: string;
  /** Sent with commands, never with readings. */
  readonly apiKey?: string | undefined;
  readonly organismId: string;
  /** Milliseconds between readings; each has a default. */
  readonly intervals?: Partial<Intervals> | undefined;
  /** How much of what the socket brings may wait to be stored; each has a default. */
  readonly inbox?: InboxLimits | undefined;
}

/**
 * The source for one AgentServer: its socket first, REST for what the socket cannot carry.
 * @throws AppError `invalid-setting` when the URL is not one a source may dial
 */
export function createAgentServerSource(config: AgentServerConfig, deps: SourceDeps): Source {
  const { name, organismId } = config;
  const url = parseUpstreamUrl(config.url);
  const intervals = { ...DEFAULT_INTERVALS, ...config.intervals };
  let session: Session | null = null;
  let stopping: Promise<void> | null = null;

  return {
    name,
    kind: 'agentserver',
    async start() {
      const saved = await Promise.all(
        CURSOR_NAMES.map(async (cursor) => [cursor, await deps.getCursor(cursor)] as const),
      );
      if (session !== null || stopping !== null) return;
      const { apiKey, inbox } = config;
      const settings = { name, url, apiKey, intervals, inbox };
      session = createSession(settings, deps, Object.fromEntries(saved));
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
    readSchema: async (agent) => (await session?.readSchema(agent)) ?? null,
    describe: () => ({
      name,
      kind: 'agentserver',
      url: url.shown,
      organismId,
      commands: AGENTSERVER_COMMANDS,
    }),
  };
}
