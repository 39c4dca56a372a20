import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

/** The import table of the design; each row is planted into a copy and must be refused. */
const FORBIDDEN: [folder: string, imports: string][] = [
  ['organism', '#db/store.ts'],
  ['organism', '#server/config.ts'],
  ['organism', '#components/ui/button.tsx'],
  ['organism', '#lab/main.ts'],
  ['organism', 'node:fs'],
  ['organism', '../bench/machine.ts'],
  ['organism', '../torture/runner.ts'],
  ['db', '#server/config.ts'],
  ['db', '#components/ui/button.tsx'],
  ['db', '#lab/main.ts'],
  ['db', '../bench/machine.ts'],
  ['db', '../torture/runner.ts'],
  ['server', '#components/ui/button.tsx'],
  ['server', '#lab/main.ts'],
  ['server', '../bench/machine.ts'],
  ['server', '../torture/runner.ts'],
  ['components', '#db/store.ts'],
  ['components', '#server/config.ts'],
  ['components', '#lab/main.ts'],
  ['components', '../bench/machine.ts'],
  ['components', '../torture/runner.ts'],
  ['app', '#db/store.ts'],
  ['app', '#server/config.ts'],
  ['app', '#lab/main.ts'],
  ['app', '../bench/machine.ts'],
  ['app', '../torture/runner.ts'],
  ['lab', '#db/store.ts'],
  ['lab', '#server/config.ts'],
  ['lab', '#components/ui/button.tsx'],
  ['lab', '../bench/machine.ts'],
  ['lab', '../torture/runner.ts'],
  ['e2e', '#db/store.ts'],
  ['e2e', '#server/config.ts'],
  ['e2e', '../bench/machine.ts'],
  ['e2e', '../torture/runner.ts'],
];
const ALLOWED: [folder: string, imports: string][] = [
  ['db', '#organism/event.ts'],
  ['server', '#db/store.ts'],
  ['components', '#organism/event.ts'],
  ['app', '#components/ui/button.tsx'],
  ['lab', '#organism/event.ts'],
  ['e2e', '#lab/main.ts'],
  ['torture', '#server/config.ts'],
  ['torture', '#lab/main.ts'],
  ['torture', '../bench/machine.ts'],
];
const root = path.resolve(import.meta.dirname, '..');
const WAYS = {
  'a value import': (specifier: string) => `import { thing } from '${specifier}';\nthing();\n`,
  'a type import': (specifier: string) =>
    `import type { Thing } from '${specifier}';\nexport type Again = Thing;\n`,
  're-export': (specifier: string) => `export { thing } from '${specifier}';\n`,
};

/** Plants every row in every way into a copy and lints once: which planted files are refused? */
function lintPlanted(): Set<string> {
  const copy = mkdtempSync(path.join(os.tmpdir(), 'organoscope-imports-'));
  for (const file of ['.oxlintrc.json', 'package.json', 'tsconfig.json']) {
    copyFileSync(path.join(root, file), path.join(copy, file));
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  for (const [folder, specifier] of [...FORBIDDEN, ...ALLOWED]) {
    for (const [way, write] of Object.entries(WAYS)) {
      const file = path.join(copy, planted(folder, specifier, way));
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, write(specifier));
    }
  }
  const { stdout } = spawnSync(
    path.join(root, 'node_modules/.bin/oxlint'),
    ['--quiet', '--format=unix', '--ignore-path=/dev/null'],
    { cwd: copy, encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  rmSync(copy, { recursive: true, force: true });
  const refused = stdout.split('\n').filter((line) => line.includes('no-restricted-imports'));
  return new Set(
    refused.map((line) => line.slice(0, line.indexOf(':')).replace(/^.*imports-\w+\//, '')),
  );
}

function planted(folder: string, specifier: string, way: string): string {
  return `${folder}/${`${specifier} ${way}`.replaceAll(/[^a-z]+/g, '-')}.ts`;
}

const rows = (table: [string, string][]): [string, string, string][] =>
  table.flatMap(([folder, specifier]) =>
    Object.keys(WAYS).map((way): [string, string, string] => [folder, specifier, way]),
  );

describe('the import table', () => {
  let refused = new Set<string>();
  beforeAll(() => {
    refused = lintPlanted();
  });

  it.each(rows(FORBIDDEN))('%s must not import %s by %s', (folder, specifier, way) => {
    expect(refused).toContain(planted(folder, specifier, way));
  });

  it.each(rows(ALLOWED))('%s may import %s by %s', (folder, specifier, way) => {
    expect(refused).not.toContain(planted(folder, specifier, way));
  });
});
