import os from 'node:os';
import { pathToFileURL } from 'node:url';

import type { Page } from '@playwright/test';

import { barriers, overhang } from './barriers.ts';
import { expect, test } from './instrument.ts';
import { connectionPill, rowsOf, statValue } from './surface.ts';

/** The organism that each artificial runtime shows itself as. */
const ORGANISMS = [
  'desk',
  'coder',
  'hermes',
  'modelstat:loopback:dev_lab',
  'lab-weather-bot',
  'openai-agents',
  // Codex and Claude Code, at work in the same folder.
  `${os.hostname()}/app`,
];
const SOURCES = [
  'desk',
  'coder',
  'hermes',
  'modelstat',
  'otlp',
  'openai-agents',
  'codex',
  'claude-code',
];

test('every runtime stands beside the others, each with its agents, threads, messages, usage and errors', async ({
  page,
  launch,
}, testInfo) => {
  test.setTimeout(150_000);
  const sessionsOf = (kind: string) => testInfo.outputPath(kind);
  const [desk, coder, hermes] = await Promise.all([
    launch.lab('--rate', '20'),
    launch.runtime('coder', '--port', '0', '--every-ms', '20'),
    launch.runtime('hermes', '--port', '0', '--rate', '5'),
    launch.runtime('codex', '--dir', sessionsOf('codex'), '--every-ms', '50'),
    launch.runtime('claude-code', '--dir', sessionsOf('claude-code'), '--every-ms', '50'),
  ]);
  const { url } = await launch.instrument(
    '--source',
    `desk=agentserver+${desk.url}`,
    '--source',
    `coder+${coder.url}`,
    '--source',
    `hermes+${hermes.url}`,
    '--source',
    `codex+${pathToFileURL(sessionsOf('codex')).href}`,
    '--source',
    `claude-code+${pathToFileURL(sessionsOf('claude-code')).href}`,
  );
  await Promise.all([
    launch.runtime('modelstat', '--to', url, '--rate', '30'),
    launch.runtime('otlp', '--to', url, '--rate', '30'),
    launch.runtime('openai-agents', '--to', url, '--rate', '30'),
  ]);

  for (const organism of ORGANISMS) {
    await test.step(organism, async () => {
      await page.goto(`${url}/?organism=${encodeURIComponent(organism)}`);
      await expect(connectionPill(page)).toHaveText(/Live/);
      await expectAllOfIt(page);
      await page.emulateMedia({ reducedMotion: 'reduce' });
      expect.soft(await barriers(page), organism).toEqual([]);
      expect.soft(await overhang(page), `${organism} scrolls sideways`).toBe(0);
    });
  }

  await test.step('each source says how it arrives, and only what can be asked is offered', async () => {
    await page.goto(`${url}/sources`);
    for (const name of SOURCES) {
      await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
    }
    await expect(page.getByText('Posted to this server')).toHaveCount(3);
    await expect(page.getByRole('button', { name: 'Reload' })).toHaveCount(1);
    await expect(page.getByRole('link', { name: 'Runs', exact: true }).last()).toBeVisible();
  });

  await test.step('budgets in money are gauges beside those in tokens', async () => {
    await page.goto(`${url}/gas?organism=coder`);
    const ann = page.getByRole('meter', { name: 'Budget of user ann' });
    await expect(ann).toHaveAttribute('aria-valuetext', /of \$25\.00 USD used/);
    expect(await barriers(page)).toEqual([]);
  });
});

/** The overview has something of everything. */
async function expectAllOfIt(page: Page): Promise<void> {
  const panel = (title: string) =>
    page.locator('section').filter({ has: page.getByRole('heading', { name: title }) });
  await expect(panel('Agents').getByRole('link').nth(1)).toBeVisible();
  await expect(statValue(page, 'Threads running')).not.toHaveText('0');
  await expect(rowsOf(page, 'Live messages').first()).toBeVisible();
  const cost = page.locator('dl > div').filter({ hasText: 'Cost today' });
  await expect(cost).toHaveText(/[1-9][\d.,]*\s?[kMB]? tok/);
  await expect(panel('Needs a look').getByRole('link').nth(1)).toBeVisible({ timeout: 30_000 });
}

test('an AI Bridge without a licence is a state, not a failure', async ({ page, launch }) => {
  const coder = await launch.runtime('coder', '--port', '0', '--licence', 'no');
  const { url } = await launch.instrument('--source', `coder+${coder.url}`);
  await page.goto(`${url}/sources`);
  await expect(page.getByText('Not licensed', { exact: true }).last()).toBeVisible();
  await expect(page.getByText('a Premium feature of Coder')).toBeVisible();
});
