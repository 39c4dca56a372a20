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

  await test.step('and the mode is said', async () => {
    await expect(page.getByText(/desk, (messages|all) by REST/)).toBeVisible();
  });
});
