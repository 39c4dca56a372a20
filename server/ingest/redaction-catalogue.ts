/**
 * What the redaction floor looks for in text. Patterns are RE2 (no lookaround, linear time) and
 * run in this order, each over the whole text. Bump the version when a rule changes: it is stored
 * with every row, so that a later scan knows what to redo.
 */
export const CATALOGUE_VERSION = '1';

export interface PatternRule {
  readonly label: string;
  readonly kind: 'secret' | 'pii';
  /** Native syntax, every quantifier bounded: what each match holds, so that most text is skipped. */
  readonly hint: string;
  /** Which characters a match is made of: only their runs around a hint are searched. */
  readonly within: Extent;
  /** Without capturing groups, which would cost a second search of each match. */
  readonly pattern: string;
  /** What stands for a match, or null to leave it; `[REDACTED:label]` where absent. */
  readonly replace?: ((match: string) => string | null) | undefined;
}

/** `text`: anything. `token`: no blanks. `url`, `mail`: the characters of one. */
export type Extent = 'text' | 'token' | 'url' | 'mail';

/** JavaScript's `\s` for the inside of an RE2 class, whose own `\s` is ASCII only. */
const SPACE =
  '\\s\\v\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';
const PEM_NAME = '(?:RSA |EC |DSA |OPENSSH )?PRIVATE KEY-----';
const URL_SCHEMES =
  'https?|wss?|ftps?|sftp|ssh|git|smtps?|imaps?|ldaps?|postgresql|mariadb|mssql|sqlserver|rediss|amqps|nats|kafka|clickhouse';

/** Rules 1 to 14 of the published table: keys known by their shape. */
const publishedKeys: readonly PatternRule[] = [
  key('anthropic_key', 'sk-ant-', 'sk-ant-[A-Za-z0-9_-]{20,}'),
  key('openai_key', 'sk-', 'sk-(?:proj-)?[A-Za-z0-9_-]{20,}'),
  key('google_api_key', 'AIza', 'AIza[0-9A-Za-z_-]{35}'),
  key('aws_access_key', 'A[KS]IA', '\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b'),
  key('github_pat', 'ghp_', 'ghp_[A-Za-z0-9]{36,}'),
  key('github_oauth', 'gho_', 'gho_[A-Za-z0-9]{36,}'),
  key('github_app', 'gh[sur]_', 'gh[sur]_[A-Za-z0-9]{36,}'),
  key('slack_token', 'xox', 'xox[aboprs]-[A-Za-z0-9-]{10,}'),
  key('stripe_live_key', 'k_live_', '(?:sk|pk|rk)_live_[A-Za-z0-9]{24,}'),
  key('stripe_test_key', 'k_test_', '(?:sk|pk|rk)_test_[A-Za-z0-9]{24,}'),
  key('discord_token', '\\.[\\w-]{6}\\.[\\w-]{27}', '[MN][A-Za-z\\d]{23}\\.[\\w-]{6}\\.[\\w-]{27}'),
  key('jwt', 'eyJ', 'eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}'),
  {
    ...key(
      'private_key',
      'PRIVATE KEY-----',
      `-----BEGIN ${PEM_NAME}[\\s\\S]*?-----END ${PEM_NAME}`,
    ),
    within: 'text',
  },
  key('modelstat_device_secret', 'ds_live_', 'ds_live_[A-Za-z0-9_-]{32,}'),
];

/** Rules 16 and 17. Rules 15 and 18 need lookaround: `redaction-scans.ts` has them. */
const publishedCarriers: readonly PatternRule[] = [
  {
    ...key('bearer', 'Bearer', `Bearer[${SPACE}]+[A-Za-z0-9._~+/-]{20,}=*`),
    within: 'text',
    replace: () => 'Bearer [REDACTED:bearer]',
  },
  {
    ...key(
      'db_password',
      '://',
      `(?i)\\b(?:postgres|mysql|mongodb|redis|amqp)(?:\\+[a-z]+)?://[^:${SPACE}]+:[^@${SPACE}]+@`,
    ),
    replace: (match) => `${/^[a-z]+/i.exec(match)?.[0] ?? ''}://<user>:[REDACTED:db_password]@`,
  },
];

/** Rules 19 and 20. */
const publishedPii: readonly PatternRule[] = [
  {
    label: 'email',
    kind: 'pii',
    hint: '@',
    within: 'mail',
    pattern: '[A-Za-z0-9._%+\\-]+@[A-Za-z0-9.\\-]+\\.[A-Za-z]{2,}',
  },
  {
    label: 'path',
    kind: 'pii',
    hint: '/Users/|/home/|:\\\\Users\\\\',
    within: 'token',
    pattern: `(?:/Users/|/home/)[^${SPACE}"'\`)]+|[A-Za-z]:\\\\Users\\\\[^${SPACE}"'\`)]+`,
  },
];

/** Families the published table lacks; their shapes do not meet its promised outputs. */
const moreKeys: readonly PatternRule[] = [
  key('github_fine_grained', 'github_pat_', 'github_pat_[A-Za-z0-9_]{22,}'),
  key(
    'gitlab_token',
    'gl[a-z]{2,5}-',
    'gl(?:pat|ptt|dt|rt|cbt|agent|oas|soat|ft|imt)-[A-Za-z0-9_-]{20,}',
  ),
  key('npm_token', 'npm_', 'npm_[A-Za-z0-9]{36,}'),
  key('huggingface_token', 'hf_', 'hf_[A-Za-z0-9]{30,}'),
  key('groq_key', 'gsk_', 'gsk_[A-Za-z0-9]{40,}'),
  key('xai_key', 'xai-', 'xai-[A-Za-z0-9]{40,}'),
  key('perplexity_key', 'pplx-', 'pplx-[A-Za-z0-9]{40,}'),
  key('replicate_token', 'r8_', 'r8_[A-Za-z0-9]{37,}'),
  key('google_oauth_token', 'ya29\\.', 'ya29\\.[A-Za-z0-9_-]{20,}'),
  key('google_client_secret', 'GOCSPX-', 'GOCSPX-[A-Za-z0-9_-]{20,}'),
  key('slack_app_token', 'xapp-', 'xapp-[A-Za-z0-9-]{20,}'),
  key('slack_webhook', 'slack\\.com/', 'hooks\\.slack\\.com/services/[A-Za-z0-9/]{20,}'),
  key('stripe_webhook_secret', 'whsec_', 'whsec_[A-Za-z0-9]{24,}'),
  key('sendgrid_key', 'SG\\.', 'SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}'),
  key('digitalocean_token', 'do[opr]_v1_', 'do[opr]_v1_[a-f0-9]{64}'),
  key('telegram_bot_token', ':AA', ':AA[A-Za-z0-9_-]{33}'),
  key('azure_client_secret', '8Q~', '8Q~[A-Za-z0-9_.~-]{31,34}'),
  {
    ...key('azure_storage_key', 'AccountKey=', 'AccountKey=[A-Za-z0-9+/]{40,}={0,2}'),
    replace: () => 'AccountKey=[REDACTED:azure_storage_key]',
  },
  {
    ...key('azure_sas', 'sig=', '[?&]sig=[A-Za-z0-9%+/=_-]{30,}'),
    replace: (match) => `${match.slice(0, 5)}[REDACTED:azure_sas]`,
  },
  // A cut excerpt often holds the head of a key whose END line is gone.
  {
    ...key(
      'private_key_head',
      'PRIVATE KEY',
      '-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?:(?:\\s|\\\\[nr])*[A-Za-z0-9+/=]{16,})+',
    ),
    within: 'text',
  },
];

const moreCarriers: readonly PatternRule[] = [
  {
    ...key('url_password', '://', `(?i)\\b(?:${URL_SCHEMES})://[^:@/]*:[^@/]+@`),
    within: 'url',
    replace: (match) => `${match.slice(0, match.indexOf(':'))}://<user>:[REDACTED:url_password]@`,
  },
];

/**
 * What any of the rules above needs, for texts that hold none of it. Branches begin with a rare
 * character and look back from there, which passes over prose at a nanosecond per character.
 */
export const RULES_GATE = new RegExp(
  [
    '-(?<=sk-|xai-|gl[a-z]{2,5}-|pplx-|xapp-|GOCSPX-)',
    '_(?<=gh[oprsu]_|k_(?=live_|test_)|ds_|github_|npm_|hf_|gsk_|r8_|whsec_|do[opr]_)',
    '[:=](?<=:(?=//|AA|\\\\Users)|AccountKey=|sig=)',
    '\\.(?<=SG\\.|ya29\\.|slack\\.|\\.(?=[\\w-]{6}\\.))',
    '/(?:Users|home)/|@|8Q~|xox|eyJ|A(?:Iza|KIA|SIA)|PRIVATE KEY|Bearer',
  ].join('|'),
);

/** The rules before the env scan (15), between it and the blob scan (18), and after both. */
export const SHAPED_RULES = [...publishedKeys, ...moreKeys];
export const CARRIED_RULES = [...publishedCarriers, ...moreCarriers];
export const PII_RULES = publishedPii;

/** Whether a floor already ran over this value; relabelling it would only lose the better label. */
export function isPlaceholder(value: string): boolean {
  return value.startsWith('[REDACTED:');
}

function key(label: string, hint: string, pattern: string): PatternRule {
  return { label, kind: 'secret', hint, within: 'token', pattern };
}
