import { expect, test } from './instrument.ts';
import { connectionPill, rowsOf } from './surface.ts';

test('the real server, whose socket dies on timestamps, is watched all the same', async ({
  page,
  launch,
}) => {
  const lab = await launch.lab('--rate', '30', '--fault', 'real', '--history-days', '3');
  const { url } = await launch.instrument('--source', `desk=agentserver+${lab.url}`);

  await test.step('messages go on arriving', async () => {
    await page.goto(`${url}/messages`);
    const rows = rowsOf(page, 'Messages');
    await expect(rows.nth(5)).toBeVisible({ timeout: 30_000 });
    await expect(connectionPill(page)).toHaveText(/Live/);
    const first = await rows.first().textContent();
    await expect(rows.first()).not.toHaveText(first ?? '');
  });

  await test.step('agents change state', async () => {
    await page.goto(url);
    const agents = page.getByRole('list', { name: 'Agents by state' });
    await expect(agents.getByRole('listitem').first()).toBeVisible();
    const before = await agents.textContent();
    await expect(agents).not.toHaveText(before ?? '');
  });

  await test.step('threads are born', async () => {
    await page.goto(`${url}/threads?sort=created`);
    const rows = rowsOf(page, 'Threads');
    await expect(rows.nth(3)).toBeVisible();
    const newest = await rows.first().getByRole('link').getAttribute('href');
    await expect(rows.first().getByRole('link')).not.toHaveAttribute('href', newest ?? '');
  });

  await test.step('and the mode is said', async () => {
    await page.goto(`${url}/sources`);
    await expect(page.getByText(/(Messages|Everything) by REST/).first()).toBeVisible();
  });
});
