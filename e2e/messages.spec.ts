import { expect, test } from './instrument.ts';
import { rowsOf } from './surface.ts';

test('the stream can be paused, and says how much waits', async ({ page }) => {
  await page.goto('/messages');
  const rows = rowsOf(page, 'Messages');
  await expect(rows.nth(10)).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('heading', { name: 'Paused' })).toBeVisible();
  const first = await rows.first().textContent();
  const waiting = page.getByRole('button', { name: /^\d+ new$/ });
  await expect(waiting).toBeVisible();
  await expect(rows.first()).toHaveText(first ?? '');
  await waiting.click();
  await expect(page.getByRole('heading', { name: 'Live' })).toBeVisible();
  await expect(rows.first()).not.toHaveText(first ?? '');
});

test('filters narrow the stream, stay in the address, and can be cleared', async ({
  page,
  browser,
  instrument,
}) => {
  await page.goto('/messages');
  const rows = rowsOf(page, 'Messages');
  await expect(rows.first()).toBeVisible();

  await test.step('by agent', async () => {
    await page.getByRole('combobox', { name: 'Agent' }).click();
    await page.getByRole('option', { name: 'coder' }).click();
    await expect(page).toHaveURL('/messages?agent=coder');
    await expect(rows.filter({ hasText: 'coder' }).first()).toBeVisible();
    await expect(rows.filter({ hasNotText: 'coder' })).toHaveCount(0);
  });

  await test.step('the address shows another browser the same', async () => {
    const context = await browser.newContext();
    const other = await context.newPage();
    await other.goto(`${instrument.url}/messages?agent=coder`);
    await expect(other.getByRole('combobox', { name: 'Agent' })).toHaveText(/coder/);
    await expect(rowsOf(other, 'Messages').first()).toBeVisible();
    await expect(rowsOf(other, 'Messages').filter({ hasNotText: 'coder' })).toHaveCount(0);
    await context.close();
  });

  await test.step('to nothing, with a way back', async () => {
    await page.getByRole('searchbox', { name: 'Filter by payload text' }).fill('no-such-word');
    await expect(page.getByText('No messages match these filters')).toBeVisible();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect(page).toHaveURL('/messages');
    await expect(rows.nth(10)).toBeVisible();
  });
});

test('keys move through the rows and open one', async ({ page }) => {
  await page.goto('/messages');
  const rows = rowsOf(page, 'Messages');
  await expect(rows.nth(5)).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  const focused = page.locator('tr[data-index]:focus');
  await expect(focused).toBeVisible();
  const place = await focused.getAttribute('data-index');
  // The rows stand still under the keys, however much comes.
  await expect(page.getByRole('button', { name: /^\d+ new$/ })).toBeVisible();
  await expect(focused).toHaveAttribute('data-index', place ?? '');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/message=\d+/);
  await expect(page.getByRole('region', { name: /^Payload of message/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Filter by payload text' })).toBeFocused();
});

test('a message that is told again with more in it shows all of it, in the open pages', async ({
  page,
  launch,
}) => {
  const { url } = await launch.instrument();
  const tell = async (text: string) => {
    const event = {
      source_event_id: 'evt_told_twice',
      session_id: 'told-twice',
      ts: new Date().toISOString(),
      kind: 'assistant_message',
      agent: 'aider',
      content_excerpt: text,
    };
    const batch = { batch_id: text.length.toString(), device_id: 'dev_twice', events: [event] };
    const answer = await page.request.post(`${url}/v1/ingest`, { data: batch });
    expect(answer.ok()).toBe(true);
  };
  const organism = 'organism=modelstat:loopback:dev_twice';
  await tell('The beginning');
  await page.goto(`${url}/messages?${organism}`);
  const row = rowsOf(page, 'Messages').filter({ hasText: 'The beginning' });
  await expect(row).toBeVisible();
  const thread = await page.context().newPage();
  await thread.goto(`${url}/threads/told-twice?${organism}`);
  const line = thread.getByRole('listitem').filter({ hasText: 'The beginning' });
  await expect(line).toBeVisible();

  await tell('The beginning, and all that followed');
  await expect(row).toContainText('and all that followed');
  await expect(line).toContainText('and all that followed');
  await expect(rowsOf(page, 'Messages')).toHaveCount(1);
  await row.click();
  const payload = page.getByRole('region', { name: /^Payload of message/ });
  await expect(payload).toContainText('and all that followed');
});
