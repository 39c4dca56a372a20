import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { AppError } from '../app-error.ts';
import { createRedactor } from './redact.ts';
import { CARRIED_RULES, PII_RULES, SHAPED_RULES } from './redaction-catalogue.ts';

const casesSchema = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      input_parts: z.array(z.string()),
      expected_text: z.string().optional(),
      expected_parts: z.array(z.string()).optional(),
      secrets: z.number(),
      pii: z.number(),
    }),
  ),
});
const { cases } = casesSchema.parse(
  JSON.parse(readFileSync(new URL('./fixtures/redaction-cases.json', import.meta.url), 'utf8')),
);

const standard = createRedactor({ profile: 'standard' });
const modelstat = createRedactor({ profile: 'modelstat' });
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const UUID = '3f0f6c1e-8b0a-4f54-9f5d-0a3f9f5b7e11';

/** Keeps samples from looking like secrets to scanners of this repository. */
const join = (...parts: string[]) => parts.join('');
const fill = (char: string, count: number) => char.repeat(count);
const OPENAI_KEY = join('sk', '-', 'abcdefghij0123456789');

describe('the published cases', () => {
  it('are all here', () => {
    expect(cases).toHaveLength(36);
  });

  it.each(cases.map((entry) => [entry.name, entry] as const))('%s', (_, entry) => {
    const expected = entry.expected_text ?? entry.expected_parts?.join('');
    const { text, counts } = modelstat.redactText(entry.input_parts.join(''));
    expect(text).toBe(expected);
    const pii = (counts.get('email') ?? 0) + (counts.get('path') ?? 0);
    expect(pii).toBe(entry.pii);
    expect([...counts.values()].reduce((sum, count) => sum + count, 0) - pii).toBe(entry.secrets);
    expect(modelstat.redactText(text).text).toBe(text);
  });
});

const FAMILIES: readonly (readonly [string, string])[] = [
  ['anthropic_key', join('sk-', 'ant-', fill('a', 20))],
  ['openai_key', OPENAI_KEY],
  ['google_api_key', join('AI', 'za', fill('b', 35))],
  ['aws_access_key', join('AK', 'IA', 'ABCDEFGH01234567')],
  ['github_pat', join('gh', 'p_', fill('a', 36))],
  ['github_oauth', join('gh', 'o_', fill('a', 36))],
  ['github_app', join('gh', 'u_', fill('a', 36))],
  ['github_fine_grained', join('github', '_pat_', fill('a', 30))],
  ['gitlab_token', join('gl', 'pat-', fill('a', 20))],
  ['slack_token', join('xo', 'xb-', '1234567890-abc')],
  ['slack_app_token', join('xa', 'pp-', '1-A012345678-', fill('a', 20))],
  ['slack_webhook', join('hooks.sl', 'ack.com/services/', fill('T', 24))],
  ['stripe_live_key', join('rk', '_live_', fill('a', 24))],
  ['stripe_test_key', join('sk', '_test_', fill('a', 24))],
  ['stripe_webhook_secret', join('wh', 'sec_', fill('a', 24))],
  ['discord_token', join('M', fill('a', 23), '.', fill('b', 6), '.', fill('c', 27))],
  ['jwt', join('ey', 'J', fill('a', 10), '.', fill('b', 10), '.', fill('c', 10))],
  ['private_key', join('-----BEGIN PRIV', 'ATE KEY-----\nAAAA\n-----END PRIV', 'ATE KEY-----')],
  ['private_key_head', join('-----BEGIN PRIV', 'ATE KEY-----\n', fill('A', 64))],
  ['modelstat_device_secret', join('ds', '_live_', fill('a', 32))],
  ['npm_token', join('np', 'm_', fill('a', 36))],
  ['huggingface_token', join('h', 'f_', fill('a', 34))],
  ['groq_key', join('gs', 'k_', fill('a', 52))],
  ['xai_key', join('xa', 'i-', fill('a', 80))],
  ['perplexity_key', join('pp', 'lx-', fill('a', 48))],
  ['replicate_token', join('r', '8_', fill('a', 37))],
  ['google_oauth_token', join('ya', '29.', fill('a', 60))],
  ['google_client_secret', join('GOC', 'SPX-', fill('a', 28))],
  ['sendgrid_key', join('S', 'G.', fill('a', 22), '.', fill('b', 43))],
  ['digitalocean_token', join('do', 'p_v1_', fill('a', 64))],
  ['telegram_bot_token', join('12345678', ':', 'AA', fill('a', 33))],
  ['azure_client_secret', join('abc', '8', 'Q~', fill('a', 34))],
  ['azure_storage_key', join('Account', 'Key=', fill('a', 86), '==')],
  ['azure_sas', join('?sv=1&si', 'g=', fill('a', 40))],
  ['env_secret', join('DB_PASS', 'WORD=', 'averylongvalue1')],
  ['bearer', join('Bea', 'rer ', fill('a', 20))],
  ['db_password', join('redis', '://app:', 'hunter2', '@db')],
  ['url_password', join('https', '://app:', 'hunter2', '@host/x')],
  ['assigned_secret', join('pass', 'word: "', 'letmein', '"')],
  ['aws_secret_key', join('aws key ', fill('Ab1/', 10))],
  ['email', join('ann', '@', 'example.com')],
  ['path', join('/ho', 'me/ann/x')],
];

describe('families', () => {
  it('has a sample of every rule', () => {
    const rules = [...SHAPED_RULES, ...CARRIED_RULES, ...PII_RULES].map((rule) => rule.label);
    const scans = ['env_secret', 'assigned_secret', 'aws_secret_key'];
    expect(FAMILIES.map(([label]) => label).sort()).toEqual([...rules, ...scans].sort());
  });

  it.each(FAMILIES)('%s', (label, sample) => {
    for (const text of [sample, `say ${sample} now`, `(${sample})`, `a\n${sample}\nb`]) {
      const { text: redacted, counts } = standard.redactText(text);
      expect(redacted).toContain(`[REDACTED:${label}]`);
      expect(counts.get(label)).toBe(1);
      expect(standard.redactText(redacted).text).toBe(redacted);
    }
  });

  it.each(FAMILIES)('%s in a key of a parsed value', (label, sample) => {
    const { value, counts } = standard.redactValue({ list: [{ [sample]: 1 }] });
    expect(JSON.stringify(value)).toContain(`[REDACTED:${label}]`);
    expect(counts.get(label)).toBe(1);
  });
});

describe('secrets one encoding away', () => {
  it.each([
    ['base64', 'openai_key', Buffer.from(`{"x":"${OPENAI_KEY}"}`).toString('base64')],
    ['base64url', 'openai_key', Buffer.from(`??>> ${OPENAI_KEY}`).toString('base64url')],
    ['a percent in the key', 'openai_key', OPENAI_KEY.replace('-', '%2D')],
    ['a URL as parameter', 'db_password', encodeURIComponent('postgres://app:hunter2@db/prod')],
  ])('finds %s and takes the whole carrier', (_, label, carrier) => {
    const { text, counts } = standard.redactText(`data ${carrier} end`);
    expect(text.replace(/\]=+/, ']')).toBe(`data [REDACTED:${label}] end`);
    expect(counts).toEqual(new Map([[label, 1]]));
  });

  it.each([
    ['base64 of prose', Buffer.from('nothing to hide in this text').toString('base64')],
    ['URL-encoded prose', 'q=50%25%20of%20all%20caf%C3%A9s'],
    ['a broken escape', '100%zz %'],
    ['a picture', Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('base64')],
  ])('leaves %s', (_, text) => {
    expect(standard.redactText(text)).toEqual({ text, counts: new Map() });
  });
});

describe('what must survive', () => {
  it.each([
    `commit ${COMMIT}`,
    `aws deploy of commit ${COMMIT} and its secret plan`,
    `sha256 ${fill('ab', 32)}`,
    UUID,
    'thread_01JABCDEFGHJKMNPQRSTVWXYZ0',
    'src/components/liveStore2/AgentCardThing1',
    'MAX_TOKENS=128000,TOTAL_TOKENS=4096',
    'INPUT_TOKENS: 123456789012',
    'The secret: always be kind. The password is in the vault.',
    'max_tokens: 4096, tokenCount=17, total_tokens = "120000"',
    'see https://example.com:8080/a?b=c and ws://localhost:4319/ws',
    'token = 5',
    'a monkey: 42 bananas',
    'sk-learn, task-list, risk-averse, ghp_short',
  ])('%s', (text) => {
    expect(standard.redactText(text)).toEqual({ text, counts: new Map() });
    expect(standard.redactValue({ text }).value).toEqual({ text });
  });

  it('keeps a git commit id only where the profile says so', () => {
    expect(modelstat.redactText(COMMIT).text).toBe('[REDACTED:aws_secret_key]');
  });

  it('takes an aws secret only with its context', () => {
    const blob = join('wJalrXUtnFEMI', 'K7MDENGbPxRfiCYEXAMPLEKEY01');
    expect(blob).toHaveLength(40);
    expect(standard.redactText(`aws ${blob}`).text).toBe('aws [REDACTED:aws_secret_key]');
    expect(standard.redactText(`id ${blob}`).text).toBe(`id ${blob}`);
  });

  it.each([
    'input_tokens',
    'output_tokens',
    'total_tokens',
    'promptTokens',
    'completionTokens',
    'max_tokens',
    'maxTokens',
    'tokenCount',
    'token_count',
    'tokens',
    'token',
    'cache_read_input_tokens',
    'cached_tokens',
    'reasoning_tokens',
    'tokensPerMinute',
    'time_to_first_token_ms',
    'total_token_usage',
    'inputtokens',
    'gen_ai.usage.input_tokens',
    'access_token',
  ])('a number under %s', (name) => {
    const value = { [name]: 1234 };
    expect(standard.redactValue(value)).toEqual({ value, counts: new Map() });
  });

  it.each([
    { tokens: { inputFresh: 1, cacheRead: 2, parts: [3, 4] } },
    { input_tokens_details: { cached_tokens: 5, note: 'none' } },
    { token_usage: { model: 'gpt-5', total: 3 } },
    { token_type: 'input', tokenizer: 'o200k', token_budget: { kind: 'thread' } },
    { max_tokens: '4096' },
    { key: 'value', keys: ['a'], primary_key: 'id', cacheKey: 'x', idempotency_key: UUID },
    { 'www-authenticate': 'Bearer realm="x"', author: 'ann', authority: 'x' },
    { api_key_id: 'k1', passwordCount: 3, session_key_header: 'X-Session' },
    { password: null, secret: false, token: '', has_token: true },
    { pwd: '/srv/app', monkey: 'x', keyboard: 'y', passage: 'z', compass: 'n', secretary: 'ann' },
    { id: UUID, commit: COMMIT, thread_id: 'abc', hash: fill('0f', 32) },
  ])('%j', (value) => {
    const before = structuredClone(value);
    expect(standard.redactValue(value)).toEqual({ value: before, counts: new Map() });
  });
});

describe('key names', () => {
  it.each([
    'authorization',
    'Authorization',
    'Proxy-Authorization',
    'cookie',
    'Set-Cookie',
    'password',
    'db_password',
    'db_pwd',
    'userPassword',
    'passwd',
    'PASSWD',
    'secret',
    'clientSecret',
    'client_secret',
    'secrets',
    'api_key',
    'apiKey',
    'APIKey',
    'apikey',
    'x-api-key',
    'openai_key',
    'private_key',
    'secretAccessKey',
    'http.request.header.authorization',
    'credentials',
  ])('masks whatever is under %s', (name) => {
    for (const shape of ['x', 12, ['a', 1], { deep: { er: 'x' } }]) {
      const { value, counts } = standard.redactValue({ a: [{ [name]: shape, other: 1 }] });
      expect(value).toEqual({ a: [{ [name]: '[REDACTED:key_name]', other: 1 }] });
      expect(counts).toEqual(new Map([['key_name', 1]]));
    }
  });

  it.each([
    'token',
    'access_token',
    'accessToken',
    'refreshToken',
    'X-Auth-Token',
    'csrftoken',
    'session_token',
    'cached_access_token',
    'tokens',
    'auth_tokens',
  ])('masks texts under %s, alone or in a list', (name) => {
    for (const shape of ['abc', ['abc'], { value: 'abc', issued: 5 }]) {
      expect(standard.redactValue({ [name]: shape }).value).toEqual({
        [name]: '[REDACTED:key_name]',
      });
    }
  });

  it.each(['key', 'name'])('masks a value named beside it by "%s"', (label) => {
    const hidden = { [label]: 'http.request.header.authorization', value: { stringValue: 'x' } };
    const shown = { [label]: 'gen_ai.usage.input_tokens', value: { intValue: '12' } };
    expect(standard.redactValue([hidden, shown]).value).toEqual([
      { ...hidden, value: '[REDACTED:key_name]' },
      shown,
    ]);
  });

  it('does the same for names in text', () => {
    const text = [
      '{"password":"correct horse","max_tokens":100}',
      String.raw`{\"api_key\":\"abc def\"}`,
      'GET /x?api_key=abc123&page=2',
      'Cookie: a=b; c=d',
      'authorization: Basic YWxhZGRpbjpzZXNhbWU',
      'client_secret = hunter2 # comment',
    ].join('\n');
    expect(standard.redactText(text).text).toBe(
      [
        '{"password":"[REDACTED:assigned_secret]","max_tokens":100}',
        String.raw`{\"api_key\":\"[REDACTED:assigned_secret]\"}`,
        'GET /x?api_key=[REDACTED:assigned_secret]&page=2',
        'Cookie: [REDACTED:assigned_secret]',
        'authorization: Basic [REDACTED:assigned_secret]',
        'client_secret = [REDACTED:assigned_secret] # comment',
      ].join('\n'),
    );
  });
});

describe('walking', () => {
  it('returns a clean value itself and never changes a dirty one', () => {
    const clean = { a: [1, 'two', null] };
    expect(standard.redactValue(clean).value).toBe(clean);
    const dirty = { a: [OPENAI_KEY] };
    expect(standard.redactValue(dirty).value).toEqual({ a: ['[REDACTED:openai_key]'] });
    expect(dirty).toEqual({ a: [OPENAI_KEY] });
  });

  it('takes __proto__ as a name like any other', () => {
    const hostile: unknown = JSON.parse(
      `{"__proto__":{"polluted":"${OPENAI_KEY}"},"constructor":{"prototype":{"polluted":"x"}}}`,
    );
    const { value } = standard.redactValue(hostile);
    expect(JSON.stringify(value)).toBe(
      '{"__proto__":{"polluted":"[REDACTED:openai_key]"},"constructor":{"prototype":{"polluted":"x"}}}',
    );
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('loses no value when two keys redact to one name', () => {
    const value = { 'a@b.io': 1, 'c@d.io': 2, '[REDACTED:email]': 3 };
    expect(standard.redactValue(value).value).toEqual({
      '[REDACTED:email]': 1,
      '[REDACTED:email] (2)': 2,
      '[REDACTED:email] (3)': 3,
    });
  });

  it('walks a depth that would overflow a recursion', () => {
    let deep: unknown = OPENAI_KEY;
    for (let level = 0; level < 200_000; level += 1) deep = [deep];
    let leaf = standard.redactValue(deep).value;
    while (Array.isArray(leaf)) leaf = leaf[0];
    expect(leaf).toBe('[REDACTED:openai_key]');
  });

  it('keeps no text it did not search', () => {
    const long = `${fill('word ', 40_000)}${OPENAI_KEY}`;
    expect(standard.redactText(fill('word ', 40_000)).text).toHaveLength(200_000);
    const { text, counts } = standard.redactText(long);
    expect(text).not.toContain(OPENAI_KEY);
    expect(text.endsWith('[REDACTED:oversize]')).toBe(true);
    expect(counts.get('oversize')).toBe(1);
  });

  it('bounds the work of a value of many small secrets', () => {
    const { value, counts } = standard.redactValue(Array.from({ length: 20_000 }, () => 'a@b.io'));
    expect(JSON.stringify(value)).not.toContain('a@b.io');
    expect(counts.get('email')).toBeGreaterThan(1000);
    expect(counts.get('oversize')).toBe(20_000 - (counts.get('email') ?? 0));
  });
});

describe('laws', () => {
  const fragments = fc.constantFrom(
    ...FAMILIES.map(([, sample]) => sample),
    ...`A_KEY|MY_TOKENS|password|=|: |'|"| |\n|\u00a0|\ud800|\0|é|漢字|%2D|://|@|/|x`.split('|'),
    COMMIT,
    fill('Ab1/', 10),
    '[REDACTED:email]',
    ...'a@b.io|ws://:x@|pwd=hunt3r'.split('|'),
  );
  const glued = fc.array(fragments, { maxLength: 12 }).map((parts) => parts.join(''));
  const spaced = fc
    .array(fc.tuple(fragments, fc.constantFrom(' ', '\n', ', ', '" "')), { maxLength: 12 })
    .map((parts) => parts.flat().join(''));

  it('a second pass changes nothing', () => {
    fc.assert(
      fc.property(spaced, (text) => {
        for (const redactor of [standard, modelstat]) {
          const once = redactor.redactText(text).text;
          expect(redactor.redactText(once).text).toBe(once);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['MY_TOKENS :  /home/ann/x', 'MY_TOKENS :  [REDACTED:path]'],
    ['MY_TOKENS=a@b.io', 'MY_TOKENS=[REDACTED:email]'],
    ['MY_TOKENS: ws://:x@', 'MY_TOKENS: ws://<user>:[REDACTED:url_password]@'],
    ['MY_TOKENS: [REDACTED:email]longenough12', 'MY_TOKENS=[REDACTED:env_secret]'],
  ])('a value does not grow into a secret by being redacted: %s', (text, redacted) => {
    expect(standard.redactText(text).text).toBe(redacted);
    expect(standard.redactText(redacted).text).toBe(redacted);
  });

  it('rules 15 and 18 are the published expressions', () => {
    const env =
      /\b([A-Z][A-Z0-9_]*(?:TOKEN|KEY|SECRET|PASSWORD|PASSWD|API)[A-Z0-9_]*)\s*[:=]\s*['"]?([^\s'"]{12,})['"]?/g;
    const blob = /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])/g;
    const pieces = fc.constantFrom(
      ...`A_KEY|API|XAPI|lower|TOKEN|9|_|:|=| |\u00a0|"|'|value|longer+value|z`.split('|'),
      fill('Zz0/', 10),
      fill('z', 39),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 16 }), (parts) => {
        const text = parts.join('');
        const expected = text
          .replaceAll(env, '$1=[REDACTED:env_secret]')
          .replaceAll(blob, '[REDACTED:aws_secret_key]');
        expect(modelstat.redactText(text).text).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('no sample survives among other text', () => {
    fc.assert(
      fc.property(glued, fc.constantFrom(...FAMILIES), glued, (before, [, sample], after) => {
        const { text } = standard.redactText(`${before} ${sample} ${after}`);
        expect(text).not.toContain(` ${sample} `);
      }),
      { numRuns: 500 },
    );
  });
});

describe('additions by configuration', () => {
  it('add rules and names, under a version of their own', () => {
    const redactor = createRedactor({
      profile: 'standard',
      extraRules: [{ label: 'badge', pattern: 'BADGE-\\d{4}' }],
      extraKeyNames: ['employeeNumber'],
    });
    expect(redactor.redactText(`BADGE-1234 ${OPENAI_KEY}`).text).toBe(
      '[REDACTED:badge] [REDACTED:openai_key]',
    );
    expect(redactor.redactValue({ employee_number: 7, 'Employee-Number': 'x' }).value).toEqual({
      employee_number: '[REDACTED:key_name]',
      'Employee-Number': '[REDACTED:key_name]',
    });
    expect(redactor.catalogueVersion).toMatch(/^1-standard\+[0-9a-f]{8}$/);
    expect(standard.catalogueVersion).toBe('1-standard');
    expect(standard.redactText('BADGE-1234').text).toBe('BADGE-1234');
  });

  it.each([
    [{ extraRules: [{ label: 'email', pattern: 'x' }] }, /"email" is built in/],
    [{ extraRules: [{ label: 'env_secret', pattern: 'x' }] }, /"env_secret" is built in/],
    [{ extraRules: [{ label: 'key_name', pattern: 'x' }] }, /"key_name" is built in/],
    [{ extraRules: [{ label: 'Not a label', pattern: 'x' }] }, /label "Not a label"/],
    [{ extraRules: [{ label: 'open', pattern: '(' }] }, /"open" is not RE2/],
    [{ extraRules: [{ label: 'empty', pattern: 'a*' }] }, /"empty" matches empty text/],
    [{ extraKeyNames: ['!password'] }, /key name "!password"/],
    [{ extraKeyNames: [''] }, /key name ""/],
  ])('%j is refused', (extras, message) => {
    const create = () => createRedactor({ profile: 'standard', ...extras });
    expect(create).toThrow(AppError);
    expect(create).toThrow(message);
  });
});
