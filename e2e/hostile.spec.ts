import type { Page } from '@playwright/test';

import { expect, test } from './instrument.ts';
import { palette, rowsOf } from './surface.ts';

const HOSTILE =
  '<script>window.isBitten=true</script><img src=x onerror="window.isBitten=true">[x](javascript:isBitten=1)';

// The console must stay silent too: a blocked script would be a violation of the policy there.
test('what an agent writes is only ever text', async ({ page, launch }) => {
  const lab = await launch.lab('--rate', '0');
  const { url } = await launch.instrument('--source', `desk=agentserver+${lab.url}`);
  const answer = await fetch(`${lab.url}/api/v1/inject`, {
    method: 'POST',
    body: JSON.stringify({
      to: 'notifier',
      threadId: '"><svg onload=isBitten=1>',
      payload: { text: HOSTILE, '<b onmouseover=isBitten=1>key': { [HOSTILE]: [HOSTILE] } },
    }),
  });
  expect(answer.status).toBe(200);

  await test.step('in a list', async () => {
    await page.goto(`${url}/messages`);
    await expect(rowsOf(page, 'Messages').filter({ hasText: '<script>window' })).toBeVisible();
    await expectUnbitten(page);
  });

  await test.step('in the payload inspector, as tree and raw', async () => {
    await rowsOf(page, 'Messages').first().click();
    const payload = page.getByRole('region', { name: /^Payload of message/ });
    await expect(payload).toContainText('<img src=x onerror=');
    await payload.getByRole('radio', { name: 'Raw' }).click();
    await expect(payload).toContainText('<b onmouseover=isBitten=1>key');
    await payload.getByRole('searchbox').fill('<script>');
    await expectUnbitten(page);
  });

  await test.step('in the title and address of a thread', async () => {
    await page.getByRole('dialog').getByRole('link', { name: /svg/ }).click();
    await expect(page).toHaveURL(/\/threads\/%22%3E/);
    await expect(page.getByText('<svg onload=isBitten=1>').first()).toBeVisible();
    await expectUnbitten(page);
  });

  await test.step('in the palette', async () => {
    await page.keyboard.press('ControlOrMeta+k');
    await palette(page).getByPlaceholder('Go to a page').fill('window.isBitten');
    await expect(palette(page).getByRole('option').first()).toContainText('<script>');
    await expectUnbitten(page);
  });
});

async function expectUnbitten(page: Page): Promise<void> {
  expect(await page.evaluate(() => 'isBitten' in window)).toBe(false);
  await expect(page.locator('img[src=x], svg[onload], b[onmouseover]')).toHaveCount(0);
}
