import { expect, test } from './instrument.ts';
import type { Running } from './launch.ts';
import { connectionPill, rowsOf } from './surface.ts';

test.use({ expectedComplaints: /ERR_CONNECTION_REFUSED|Failed to load resource|WebSocket/ });

test('a page outlives its server: it says so, comes back by itself and has missed nothing', async ({
  page,
  launch,
}) => {
  const lab = await launch.lab('--rate', '0');
  const instrument = await launch.instrument('--source', `desk=agentserver+${lab.url}`);
  const rows = rowsOf(page, 'Messages');
  await page.goto(`${instrument.url}/messages`);
  await say(lab, 'before the outage');
  await expect(rows.filter({ hasText: 'before the outage' })).toBeVisible();
  await page.evaluate(() => Object.assign(window, { isSamePage: true }));

  await test.step('killed without a farewell', async () => {
    await instrument.kill();
    await expect(connectionPill(page)).toHaveText(/Reconnecting/);
    await expect(page.getByRole('heading', { name: 'Not live' })).toBeVisible();
    await expect(rows.filter({ hasText: 'before the outage' })).toBeVisible();
    await connectionPill(page).click();
    await expect(page.getByText('what was missed is fetched on return')).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('the organism goes on meanwhile', async () => {
    for (const text of ['first unheard', 'second unheard']) await say(lab, text);
  });

  await test.step('live again without a reload', async () => {
    await instrument.startAgain();
    await expect(connectionPill(page)).toHaveText(/Live/, { timeout: 30_000 });
    await say(lab, 'after the outage');
    await expect(rows.filter({ hasText: 'after the outage' })).toBeVisible();
    expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true);
  });

  await test.step('every message of the store is shown once', async () => {
    const stored = await storedTexts(instrument);
    expect(stored.toSorted()).toEqual([
      'after the outage',
      'before the outage',
      'first unheard',
      'second unheard',
    ]);
    for (const text of stored) await expect(rows.filter({ hasText: text })).toHaveCount(1);
    await expect(rows).toHaveCount(stored.length);
  });
});

test('a browser that loses its network says so and returns', async ({ page, context }) => {
  await page.goto('/messages');
  await expect(connectionPill(page)).toHaveText(/Live/);
  await context.setOffline(true);
  await expect(connectionPill(page)).toHaveText(/Stale|Reconnecting|Offline/);
  await context.setOffline(false);
  await expect(connectionPill(page)).toHaveText(/Live/, { timeout: 30_000 });
});

async function say(lab: Running, text: string): Promise<void> {
  const answer = await fetch(`${lab.url}/api/v1/inject`, {
    method: 'POST',
    body: JSON.stringify({ to: 'notifier', payload: { text } }),
  });
  expect(answer.status).toBe(200);
}

async function storedTexts({ url }: Running): Promise<string[]> {
  const answer = await fetch(`${url}/api/v1/messages?limit=100`);
  const { messages } = (await answer.json()) as { messages: { payload: { text: string } }[] };
  return messages.map(({ payload }) => payload.text);
}
