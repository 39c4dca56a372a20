import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { z } from 'zod';

import type { SourceKind, SourceSetting } from '../settings.ts';
import { SOURCE_KINDS } from '../settings.ts';

/** A runtime on this machine that could be watched. */
export interface FoundRuntime extends SourceSetting {
  /** For people: `Codex sessions in /home/me/.codex/sessions`. */
  readonly title: string;
}

/** Long enough for a loopback answer, short enough not to be felt at start. */
const PROBE_MS = 500;

const agentServerHealth = z.looseObject({ status: z.string(), organism: z.string() });
const hermesHealth = z.looseObject({ platform: z.literal('hermes-agent') });

/** Servers are known by what they answer to `GET /health` at their default address. */
const SERVERS = [
  {
    kind: 'agentserver',
    title: 'AgentServer',
    url: 'http://127.0.0.1:8080',
    answer: agentServerHealth,
  },
  { kind: 'hermes', title: 'Hermes agent', url: 'http://127.0.0.1:8642', answer: hermesHealth },
] as const;

/**
 * Looks for runtimes at their default places. It asks servers how they are and looks whether folders
 * exist; nothing in them is read.
 */
export async function findRuntimes(options: {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  servers?: readonly { kind: string; title: string; url: string; answer: z.ZodType }[];
}): Promise<readonly FoundRuntime[]> {
  const { env, home, servers = SERVERS } = options;
  const answering = await Promise.all(
    servers.map(async ({ kind, title, url, answer }) =>
      (await answersAs(url, answer)) ? found(kind, `${title} at ${url}`, url) : null,
    ),
  );
  const codex = path.join(env['CODEX_HOME'] ?? path.join(home, '.codex'), 'sessions');
  const folders = [
    ...foundFolders('codex', 'Codex sessions', [codex]),
    ...foundFolders('claude-code', 'Claude Code sessions', claudeCodeFolders(env, home)),
  ];
  return [...answering.filter((runtime) => runtime !== null), ...folders];
}

/** Builds differ in where they keep their transcripts; a machine may have both. */
function claudeCodeFolders(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): readonly string[] {
  const own = env['CLAUDE_CONFIG_DIR'];
  const roots = own === undefined ? ['.claude', '.config/claude'] : [own];
  return roots.map((root) => path.resolve(home, root, 'projects'));
}

/** The first has the kind for its name, as everything that tells of the same sessions has. */
function foundFolders(
  kind: SourceKind,
  title: string,
  folders: readonly string[],
): readonly FoundRuntime[] {
  return folders
    .filter((folder) => existsSync(folder))
    .map((folder, index) => ({
      name: index === 0 ? kind : `${kind}-${index + 1}`,
      kind,
      url: pathToFileURL(folder).href,
      title: `${title} in ${folder}`,
    }));
}

/** Only kinds that can be dialled; others have no adapter in this version. */
function found(kindText: string, title: string, url: string): FoundRuntime | null {
  const kind: SourceKind | undefined = SOURCE_KINDS.find((known) => known === kindText);
  return kind === undefined ? null : { name: kind, kind, url, title };
}

async function answersAs(url: string, schema: z.ZodType): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health`, {
      redirect: 'error',
      signal: AbortSignal.timeout(PROBE_MS),
    });
    const body: unknown = await answer.json();
    return answer.ok && schema.safeParse(body).success;
  } catch {
    return false;
  }
}
