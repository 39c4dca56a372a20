import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { AppError } from './app-error.ts';
import type { Config } from './config.ts';
import { helpText, readConfig } from './config.ts';
import { SPELLINGS } from './settings.ts';

function serve(argv: string[], env: Record<string, string> = {}): Config {
  const command = readConfig(argv, env);
  if (command.kind !== 'serve') throw new Error(`expected to serve, got ${command.kind}`);
  return command.config;
}

function refusal(argv: string[], env: Record<string, string> = {}): string {
  try {
    readConfig(argv, env);
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid-setting') return error.message;
    throw error;
  }
  throw new Error('accepted');
}

describe('readConfig', () => {
  it('serves on loopback by default', () => {
    expect(serve([])).toMatchObject({
      port: 4319,
      host: '127.0.0.1',
      data: '.organoscope',
      isDataChosen: false,
      sources: [],
      demo: false,
      logLevel: 'info',
      pollBudgetsMs: 2000,
      pollUsageMs: 5000,
      warnings: [],
    });
  });

  it('reads several sources, named and unnamed', () => {
    const { sources } = serve([
      '--source',
      'prod=agentserver+http://127.0.0.1:8080',
      '--source',
      'agentserver+https://agents.example:8443/base/',
    ]);
    expect(sources).toEqual([
      { name: 'prod', kind: 'agentserver', url: 'http://127.0.0.1:8080', apiKey: undefined },
      {
        name: 'agentserver',
        kind: 'agentserver',
        url: 'https://agents.example:8443/base',
        apiKey: undefined,
      },
    ]);
  });

  it('reads every setting from its environment twin, and lets a flag win', () => {
    const env = {
      ORGANOSCOPE_PORT: '5000',
      ORGANOSCOPE_SOURCE: 'a=agentserver+http://127.0.0.1:1,b=agentserver+http://127.0.0.1:2',
      ORGANOSCOPE_DEMO: 'true',
      ORGANOSCOPE_LOG_LEVEL: 'debug',
      ORGANOSCOPE_KEY: 'a-key-of-enough-characters',
      ORGANOSCOPE_SOURCE_B_KEY: 'upstream-key',
    };
    const config = serve(['--port', '6000', '--no-demo'], env);
    expect(config).toMatchObject({ port: 6000, demo: false, logLevel: 'debug' });
    expect(config.key).toBe('a-key-of-enough-characters');
    expect(config.sources.map(({ name, apiKey }) => [name, apiKey])).toEqual([
      ['a', undefined],
      ['b', 'upstream-key'],
    ]);
    expect(config.warnings).toEqual([]);
  });

  it('reads secrets from files', () => {
    const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'organoscope-')), 'key');
    writeFileSync(file, 'a-key-from-a-file-0001\n');
    expect(serve([], { ORGANOSCOPE_KEY_FILE: file }).key).toBe('a-key-from-a-file-0001');
    expect(refusal([], { ORGANOSCOPE_KEY_FILE: `${file}-gone` })).toContain(
      'ORGANOSCOPE_KEY_FILE: cannot read',
    );
  });

  it.each([
    [['--port', 'http'], '--port: expected a port number'],
    [['--port', '70000'], '--port: expected a port from 0 to 65535'],
    [['--host', 'example.org'], '--host: expected an IP address'],
    [['--log-level', 'loud'], '--log-level: expected one of'],
    [['--poll-budgets-ms', '5'], '--poll-budgets-ms: expected at least 100 ms'],
    [['--source', 'http://127.0.0.1:8080'], '--source: "http://127.0.0.1:8080" is not'],
    [['--source', 'ftp+http://127.0.0.1'], '"ftp" is not a kind of source; known: agentserver'],
    [['--source', 'agentserver+http://u:p@127.0.0.1'], 'credentials is refused'],
    [['--source', 'agentserver+http://127.0.0.1/?a=b'], 'without query or fragment'],
    [
      ['--source', 'agentserver+http://127.0.0.1:1', '--source', 'agentserver+http://127.0.0.1:2'],
      'two sources are called "agentserver"',
    ],
    [['--source', 'codex+http://127.0.0.1:1'], 'needs the URL of a folder'],
    [['--source', 'claude-code+http://127.0.0.1:1'], 'needs the URL of a folder'],
    [['--source', 'codex+file://elsewhere/x'], 'must be on this machine'],
    [['--source', 'agentserver+file:///x'], 'needs a URL with http or https'],
    [['--nonsense'], '--nonsense'],
  ])('refuses %j', (argv, words) => {
    expect(refusal(argv)).toContain(words);
  });

  it('names the variable when a bad value came from the environment', () => {
    expect(refusal([], { ORGANOSCOPE_PORT: 'x' })).toBe('ORGANOSCOPE_PORT: expected a port number');
    expect(refusal([], { ORGANOSCOPE_KEY: 'short' })).toContain(
      'ORGANOSCOPE_KEY: expected at least 16',
    );
  });

  it('warns about names that mean nothing', () => {
    const { warnings } = serve(['--source', 'p=agentserver+http://127.0.0.1:1'], {
      ORGANOSCOPE_PROT: '1',
      ORGANOSCOPE_SOURCE_Q_KEY: 'k',
      ORGANOSCOPE_SOURCE_P_KEY: 'k',
      HOME: '/',
    });
    expect(warnings).toEqual([
      'ORGANOSCOPE_PROT is not a setting; see --help',
      'ORGANOSCOPE_SOURCE_Q_KEY is for no source of this start',
    ]);
  });

  it.each(Object.values(SPELLINGS))(
    'documents $env in the help and in .env.example',
    (spelling) => {
      const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
      expect(example).toContain(spelling.env);
      expect(helpText()).toContain(spelling.env);
      expect(helpText()).toContain(spelling.flag === null ? spelling.env : `--${spelling.flag}`);
    },
  );
});
