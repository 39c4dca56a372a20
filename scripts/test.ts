/**
 * The README's test command: unit, contract and architecture tests, the browser journeys against
 * the production build, then the short faults. Ends with one line that counts them all.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { z } from 'zod';

interface Tally {
  passed: number;
  failed: number;
}

/** The parts we read of vitest's report (numbers), Playwright's (stats) and the torture's own. */
const reportSchema = z.object({
  passed: z.number().optional(),
  failed: z.number().optional(),
  numPassedTests: z.number().optional(),
  numFailedTests: z.number().optional(),
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }).optional(),
});

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const reports = mkdtempSync(path.join(os.tmpdir(), 'organoscope-test-'));

const unit = runUnit();
const browser = ensureChromium() ? runBrowser() : { passed: 0, failed: 1 };
const torture = runTorture();
rmSync(reports, { recursive: true, force: true });

const failed = unit.failed + browser.failed + torture.failed;
console.log(`${unit.passed + browser.passed + torture.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function runUnit(): Tally {
  const report = path.join(reports, 'unit.json');
  const ok = run('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const { numPassedTests = 0, numFailedTests = 0 } = readReport(report);
  return tally(ok, numPassedTests, numFailedTests);
}

function runBrowser(): Tally {
  const report = path.join(reports, 'browser.json');
  const ok = run('playwright', ['test', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
    CHROMIUM_PATH: CHROMIUM,
  });
  const { expected = 0, unexpected = 0, flaky = 0 } = readReport(report).stats ?? {};
  return tally(ok, expected + flaky, unexpected);
}

/** What it skips for want of root or a tool is neither passed nor failed; it says so itself. */
function runTorture(): Tally {
  const report = path.join(reports, 'torture.json');
  const { status } = spawnSync(
    process.execPath,
    ['torture/main.ts', '--fast', '--report', report],
    { stdio: 'inherit' },
  );
  const { passed = 0, failed = 0 } = readReport(report);
  return tally(status === 0, passed, failed);
}

/** A runner that failed without a failed test (it crashed, a hook broke) is a failure all the same. */
function tally(ok: boolean, passed: number, failures: number): Tally {
  return { passed, failed: ok ? failures : Math.max(failures, 1) };
}

function run(tool: string, args: readonly string[], env: Record<string, string> = {}): boolean {
  const { status } = spawnSync(path.join('node_modules/.bin', tool), args, {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return status === 0;
}

function readReport(file: string): z.infer<typeof reportSchema> {
  return existsSync(file) ? reportSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
}

/** Installs Debian's Chromium where it is missing and we may; otherwise says what to install. */
function ensureChromium(): boolean {
  if (existsSync(CHROMIUM)) return true;
  const isRoot = process.getuid?.() === 0;
  const mayInstall = isRoot || spawnSync('sudo', ['-n', 'true']).status === 0;
  if (mayInstall && spawnSync('apt-get', ['--version']).status === 0) {
    console.log('installing Chromium with apt …');
    const apt = (args: readonly string[]): boolean =>
      spawnSync(isRoot ? 'apt-get' : 'sudo', isRoot ? args : ['apt-get', ...args], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      }).status === 0;
    if (apt(['update']) && apt(['install', '-y', 'chromium']) && existsSync(CHROMIUM)) return true;
  }
  console.error(
    `The browser tests need Chromium at ${CHROMIUM}: install it (Debian: apt-get install chromium) ` +
      'or name another with CHROMIUM_PATH.',
  );
  return false;
}
