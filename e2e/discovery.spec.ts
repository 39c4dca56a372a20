import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { barriers } from './barriers.ts';
import { expect, test } from './instrument.ts';
import { connectionPill, rowsOf } from './surface.ts';

const ROLLOUT = path.resolve(
  import.meta.dirname,
  '../server/sources/codex/testing/fixtures/rollout-trimmed.jsonl',
);

// A page may ask for figures before there is an organism to have them: 404 says so.
test.use({ expectedComplaints: /status of 404/ });

let home: string;
test.beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'organoscope-home-'));
  const day = path.join(home, '.codex/sessions/2026/11/20');
  mkdirSync(day, { recursive: true });
  cpSync(ROLLOUT, path.join(day, `rollout-2026-11-20T10-00-00-${THREAD}.jsonl`));
});
test.afterEach(() => rmSync(home, { recursive: true, force: true }));

const THREAD = '019a0000-0000-7000-8000-000000000001';

test("a developer's own sessions are found, left alone, and watched at one press", async ({
  page,
  launch,
}) => {
  const { url, loginUrl } = await launch.instrumentIn(home);
  const found = page.locator('section').filter({ has: page.getByText('Found on this machine') });
  const row = found.getByRole('listitem').filter({ hasText: 'Codex sessions' });

  await test.step('it is said where, and nothing of it is read', async () => {
    await page.goto(url);
    await expect(row.last()).toContainText(path.join(home, '.codex/sessions'));
    await expect(page.getByText('Nothing of it is read yet')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Connect' })).toHaveCount(0);
    const { organisms } = (await (await page.request.get(`${url}/api/v1/organisms`)).json()) as {
      organisms: unknown[];
    };
    expect(organisms).toEqual([]);
    expect(await barriers(page)).toEqual([]);
  });

  await test.step('one press, and its work is there', async () => {
    await page.goto(loginUrl);
    await row.last().getByRole('button', { name: 'Connect' }).click();
    await expect(connectionPill(page)).toHaveText(/Live/, { timeout: 30_000 });
    await page.goto(`${url}/threads`);
    await expect(rowsOf(page, 'Threads').first()).toBeVisible({ timeout: 30_000 });
  });
});
