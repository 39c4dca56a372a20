import { isIP } from 'node:net';

import { z } from 'zod';

import { durationMs, sizeBytes } from './setting-units.ts';

/** Every setting: its flag, its environment twin, its default and what it must look like. */

const port = z.coerce
  .number({ error: 'expected a port number' })
  .int('expected a whole port number')
  .min(0, 'expected a port from 0 to 65535')
  .max(65_535, 'expected a port from 0 to 65535');

const pollMs = z.coerce
  .number({ error: 'expected milliseconds' })
  .int('expected whole milliseconds')
  .min(100, 'expected at least 100 ms')
  .max(3_600_000, 'expected at most an hour (3600000 ms)');

const backupKeep = z.coerce
  .number({ error: 'expected a number' })
  .int('expected a whole number')
  .min(1, 'expected at least 1')
  .max(1000, 'expected at most 1000');

const sockets = z.coerce
  .number({ error: 'expected a number of sockets' })
  .int('expected a whole number of sockets')
  .min(1, 'expected at least 1 socket')
  .max(100_000, 'expected at most 100000 sockets');

const flag = z.union([z.boolean(), z.stringbool({ error: 'expected true or false' })]);

const host = z
  .string()
  .min(1, 'expected an address')
  .refine((value) => isIP(value) !== 0 || value === 'localhost', {
    error: 'expected an IP address such as 127.0.0.1 or 0.0.0.0, or localhost',
  });

const list = z.union([
  z.array(z.string()),
  z.string().transform((text) => text.split(/[\s,]+/).filter((part) => part !== '')),
]);

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export const SOURCE_KINDS = [
  'agentserver',
  'claude-code',
  'coder',
  'codex',
  'hermes',
  'organoscope',
] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];
/** Read from folders of this machine; all others are dialled. */
const FOLDER_KINDS: ReadonlySet<SourceKind> = new Set(['claude-code', 'codex']);

const FOLDER = 'the URL of a folder, such as file:///home/me/.codex/sessions';
const DIALLED = 'a URL with http or https';

/** One upstream: `[NAME=]KIND+URL`. */
export interface SourceSetting {
  readonly name: string;
  readonly kind: SourceKind;
  /** http, https, or file of a folder; without credentials, query or fragment. */
  readonly url: string;
}

const SOURCE =
  /^(?:([A-Za-z0-9][A-Za-z0-9_-]{0,63})=)?([a-z][a-z0-9-]*)\+((?:https?|file):\/\/.+)$/;

const source = z.string().transform((text, ctx): SourceSetting => {
  const match = SOURCE.exec(text);
  const fail = (message: string): never => {
    ctx.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (match === null) {
    return fail(
      `"${text}" is not [NAME=]KIND+URL, for example prod=agentserver+http://127.0.0.1:8080`,
    );
  }
  const [, givenName, kindText, urlText = ''] = match;
  const kind = SOURCE_KINDS.find((known) => known === kindText);
  if (kind === undefined) {
    return fail(`"${kindText}" is not a kind of source; known: ${SOURCE_KINDS.join(', ')}`);
  }
  if (!URL.canParse(urlText)) return fail(`"${urlText}" is not a URL`);
  const url = new URL(urlText);
  if (FOLDER_KINDS.has(kind) !== (url.protocol === 'file:')) {
    return fail(`a source of kind "${kind}" needs ${FOLDER_KINDS.has(kind) ? FOLDER : DIALLED}`);
  }
  if (url.protocol === 'file:' && url.host !== '') {
    return fail(`a folder must be on this machine: ${FOLDER}`);
  }
  if (url.username !== '' || url.password !== '') {
    return fail('a URL with credentials is refused; give the key in ORGANOSCOPE_SOURCE_<NAME>_KEY');
  }
  if (url.search !== '' || url.hash !== '') return fail('expected a URL without query or fragment');
  return { name: givenName ?? kind, kind, url: url.href.replace(/\/$/, '') };
});

const sources = list.pipe(z.array(source)).superRefine((all, ctx) => {
  const names = all.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    ctx.addIssue({
      code: 'custom',
      message: `two sources are called "${repeated}"; name them: NAME=KIND+URL`,
    });
  }
});

export const settingsSchema = z.object({
  port: port.default(4319),
  otlpPort: port.optional(),
  host: host.default('127.0.0.1'),
  data: z.string().min(1, 'expected a directory').default('.organoscope'),
  source: sources.default([]),
  demo: flag.default(false),
  auto: flag.default(false),
  open: flag.default(false),
  logLevel: z
    .enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(', ')}` })
    .default('info'),
  allowHost: list.default([]),
  pollBudgetsMs: pollMs.default(2000),
  pollUsageMs: pollMs.default(5000),
  pingMs: pollMs.default(20_000),
  maxSockets: sockets.default(5000),
  maxSocketsPerAddress: sockets.default(1000),
  redactFile: z.string().min(1).optional(),
  backupEvery: durationMs.optional(),
  backupKeep: backupKeep.default(7),
  backupDir: z.string().min(1, 'expected a directory').optional(),
  keepPayloads: durationMs.optional(),
  keepMessages: durationMs.optional(),
  keepErrors: durationMs.optional(),
  keepUsage: durationMs.optional(),
  diskWarn: sizeBytes.default(2 ** 30),
  diskRefuse: sizeBytes.default(256 * 2 ** 20),
  stopAtTokens: z.coerce
    .number({ error: 'expected a number of tokens' })
    .int('expected a whole number of tokens')
    .min(1, 'expected at least 1 token')
    .optional(),
  key: z
    .string()
    .min(16, 'expected at least 16 characters')
    .max(512, 'expected at most 512 characters')
    .regex(/^[\x21-\x7e]+$/, 'expected printable ASCII without blanks')
    .optional(),
});
export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;

/** How a setting is spelt on the command line and in the environment. `null`: not there. */
export interface SettingSpelling {
  readonly flag: string | null;
  readonly env: string;
  readonly isSecret: boolean;
  readonly takes: 'value' | 'values' | 'nothing';
  readonly placeholder: string;
  readonly help: string;
}

const spell = (
  env: string,
  option: string | null,
  help: string,
  more: Partial<SettingSpelling> = {},
): SettingSpelling => ({
  flag: option,
  env: `ORGANOSCOPE_${env}`,
  isSecret: false,
  takes: 'value',
  placeholder: '',
  help,
  ...more,
});

export const SPELLINGS: Readonly<Record<SettingName, SettingSpelling>> = {
  port: spell('PORT', 'port', 'port to serve on (4319)', { placeholder: 'N' }),
  otlpPort: spell(
    'OTLP_PORT',
    'otlp-port',
    'a further port for what upstreams post, such as 4318',
    {
      placeholder: 'N',
    },
  ),
  host: spell('HOST', 'host', 'address to serve on (127.0.0.1); any but loopback needs a key', {
    placeholder: 'ADDRESS',
  }),
  data: spell('DATA', 'data', 'directory of the store (.organoscope)', { placeholder: 'DIR' }),
  source: spell('SOURCE', 'source', 'an upstream to watch; repeatable', {
    takes: 'values',
    placeholder: '[NAME=]KIND+URL',
  }),
  demo: spell('DEMO', 'demo', 'start a demo organism and watch it', { takes: 'nothing' }),
  auto: spell('AUTO', 'auto', 'watch whatever runtime is found on this machine', {
    takes: 'nothing',
  }),
  open: spell('OPEN', 'open', 'open the browser; --no-open does not', { takes: 'nothing' }),
  logLevel: spell('LOG_LEVEL', 'log-level', `one of ${LOG_LEVELS.join(', ')} (info)`, {
    placeholder: 'LEVEL',
  }),
  allowHost: spell('ALLOW_HOST', 'allow-host', 'a further Host name browsers may use; repeatable', {
    takes: 'values',
    placeholder: 'NAME[:PORT]',
  }),
  pollBudgetsMs: spell(
    'POLL_BUDGETS_MS',
    'poll-budgets-ms',
    'between two reads of budgets (2000)',
    {
      placeholder: 'MS',
    },
  ),
  pollUsageMs: spell('POLL_USAGE_MS', 'poll-usage-ms', 'between two reads of usage (5000)', {
    placeholder: 'MS',
  }),
  pingMs: spell('PING_MS', 'ping-ms', 'between two pings over each socket (20000)', {
    placeholder: 'MS',
  }),
  maxSockets: spell('MAX_SOCKETS', 'max-sockets', 'live sockets at once (5000)', {
    placeholder: 'N',
  }),
  maxSocketsPerAddress: spell(
    'MAX_SOCKETS_PER_ADDRESS',
    'max-sockets-per-address',
    'of these from one address (1000)',
    { placeholder: 'N' },
  ),
  redactFile: spell('REDACT_FILE', 'redact-file', 'JSON file with redaction rules to add', {
    placeholder: 'FILE',
  }),
  backupEvery: spell('BACKUP_EVERY', 'backup-every', 'make a backup this often (never)', {
    placeholder: 'DURATION',
  }),
  backupKeep: spell('BACKUP_KEEP', 'backup-keep', 'newest scheduled backups that are kept (7)', {
    placeholder: 'N',
  }),
  backupDir: spell('BACKUP_DIR', 'backup-dir', 'where they go (backups in the data directory)', {
    placeholder: 'DIR',
  }),
  keepPayloads: spell('KEEP_PAYLOADS', 'keep-payloads', 'empty payloads after this long (never)', {
    placeholder: 'DURATION',
  }),
  keepMessages: spell('KEEP_MESSAGES', 'keep-messages', 'remove messages after this long (never)', {
    placeholder: 'DURATION',
  }),
  keepErrors: spell('KEEP_ERRORS', 'keep-errors', 'remove errors after this long (never)', {
    placeholder: 'DURATION',
  }),
  keepUsage: spell('KEEP_USAGE', 'keep-usage', 'remove calls, not their sums, after this (never)', {
    placeholder: 'DURATION',
  }),
  diskWarn: spell('DISK_WARN', 'disk-warn', 'warn when less is free on the disk (1GiB)', {
    placeholder: 'SIZE',
  }),
  diskRefuse: spell(
    'DISK_REFUSE',
    'disk-refuse',
    'take nothing in when less is free on the disk (256MiB)',
    { placeholder: 'SIZE' },
  ),
  stopAtTokens: spell(
    'STOP_AT_TOKENS',
    'stop-at-tokens',
    'tell Claude Code hooks to stop a session at so many tokens (off)',
    { placeholder: 'N' },
  ),
  key: spell('KEY', null, 'the control key; else generated into DIR/key', { isSecret: true }),
};
