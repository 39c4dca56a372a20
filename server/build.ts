import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { AppError } from './app-error.ts';

/** Whatever changes the pages: a change of any of these makes an old build stale. */
const SOURCES = [
  'app/**/*',
  'components/**/*',
  'organism/**/*.ts',
  'next.config.ts',
  'postcss.config.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];
const MARK = '.next/organoscope-source';

/**
 * Builds the pages when there is no build of this source.
 * @throws AppError `build-failed` with the end of the build's output
 */
export async function ensureBuild(root: string, say: (line: string) => void): Promise<void> {
  const digest = digestSources(root);
  const mark = path.join(root, MARK);
  if (readMark(mark) === digest) return;
  say('building the pages (once per version, about half a minute) …');
  await runBuild(root);
  writeFileSync(mark, digest);
}

function digestSources(root: string): string {
  const hash = createHash('sha256');
  const files = globSync(SOURCES, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function readMark(mark: string): string | null {
  try {
    return readFileSync(mark, 'utf8');
  } catch {
    return null;
  }
}

function runBuild(root: string): Promise<void> {
  const next = path.join(root, 'node_modules/next/dist/bin/next');
  const child = spawn(process.execPath, [next, 'build'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
  });
  let tail = '';
  const keepTail = (chunk: Buffer): void => {
    tail = (tail + chunk.toString('utf8')).slice(-4000);
  };
  child.stdout.on('data', keepTail);
  child.stderr.on('data', keepTail);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new AppError('build-failed', `the pages did not build:\n${tail}`));
    });
  });
}
