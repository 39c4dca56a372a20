import { expect, test } from './instrument.ts';
import { rowsOf } from './surface.ts';

test('agents are listed live, as table and grid, filtered by the address', async ({ page }) => {
  await page.goto('/agents');
  const rows = rowsOf(page, 'Agents');

  await test.step('every agent and tool', async () => {
    await expect(rows).toHaveCount(12);
    await expect(page.getByText('6 agents, 6 tools')).toBeVisible();
  });

  await test.step('figures move by themselves', async () => {
    const planner = rows.filter({ hasText: 'planner' });
    const before = await planner.textContent();
    await expect(planner).not.toHaveText(before ?? '');
  });

  await test.step('only tools, as a grid', async () => {
    await page.getByRole('radio', { name: 'Tools' }).click();
    await page.getByRole('radio', { name: 'Grid' }).click();
    await expect(page).toHaveURL(/(?=.*kind=tools)(?=.*view=grid)/);
    const cards = page.getByRole('list', { name: 'Agents', exact: true }).locator('> li');
    await expect(cards).toHaveCount(6);
    await expect(cards.filter({ hasText: 'planner' })).toHaveCount(0);
  });

  await test.step('filtered to nothing, with a way back', async () => {
    await page.getByRole('searchbox').fill('nobody of that name');
    await expect(page.getByText('No agents match these filters')).toBeVisible();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect(page).not.toHaveURL(/kind=|q=/);
  });
});

test('an agent shows what it hears and says in real time, its peers, usage and schema', async ({
  page,
}) => {
  await page.goto('/agents/planner');

  await test.step('received and sent', async () => {
    for (const [box, said] of [
      ['Received messages', /^(?!planner)/],
      ['Sent messages', /./],
    ] as const) {
      const rows = rowsOf(page, box);
      await expect(rows.nth(3)).toBeVisible();
      const before = await rows.first().textContent();
      await expect(rows.first()).not.toHaveText(before ?? '');
      await expect(rows.first()).toHaveText(said);
    }
  });

  await test.step('peers lead to each other', async () => {
    await page.getByRole('link', { name: 'coder' }).first().click();
    await expect(page).toHaveURL('/agents/coder');
    await page.goBack();
  });

  await test.step('threads, usage and schema at addresses of their own', async () => {
    await page.getByRole('tab', { name: 'Threads' }).click();
    await expect(page).toHaveURL(/tab=threads/);
    await expect(rowsOf(page, 'Threads of planner').first()).toBeVisible();
    await page.getByRole('tab', { name: 'Usage' }).click();
    await expect(page.getByRole('heading', { name: 'Usage by model' })).toBeVisible();
    await page.getByRole('tab', { name: 'Schema' }).click();
    await expect(page.getByText('PlanRequest').first()).toBeVisible();
  });
});

test('a looker-on who pauses an agent is told what lets him', async ({ page }) => {
  await page.goto('/agents/notifier');
  await page.getByRole('button', { name: 'Pause' }).click();
  const dialog = page.getByRole('dialog', { name: 'Pause notifier?' });
  await expect(dialog).toContainText('login link');
  await expect(dialog.getByRole('button', { name: 'Pause' })).toHaveCount(0);
});

test('an operator pauses and resumes an agent and injects a message', async ({
  operator: page,
}) => {
  await page.goto('/agents/notifier');
  const title = page.getByRole('heading', { level: 1 });

  await test.step('pause: requested, then as the organism says', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await expect(page.getByText(/^Pause requested/)).toBeVisible();
    await expect(title).toContainText('Paused');
  });

  await test.step('resume', async () => {
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await expect(page.getByText(/^Resume requested/)).toBeVisible();
    await expect(title).not.toContainText('Paused');
  });

  await test.step('inject', async () => {
    await page.getByRole('button', { name: 'Inject message' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Payload' }).fill('{"text": ');
    await expect(dialog.getByRole('button', { name: 'Inject message' })).toBeDisabled();
    await dialog.getByRole('textbox', { name: 'Payload' }).fill('{"text": "by hand"}');
    await dialog.getByRole('button', { name: 'Inject message' }).click();
    await expect(page.getByText(/^Message requested/)).toBeVisible();
    await expect(
      rowsOf(page, 'Received messages').filter({ hasText: 'by hand' }).first(),
    ).toBeVisible();
  });

  await test.step('all of it is written down', async () => {
    await page.goto('/sources');
    const log = page.getByRole('table', { name: 'Commands' });
    for (const command of ['inject', 'resume', 'pause']) {
      await expect(log.getByRole('row').filter({ hasText: command }).first()).toBeVisible();
    }
  });
});

test('a link to an agent nobody knows leads on', async ({ page }) => {
  await page.goto('/agents/no-such-agent');
  await expect(page.getByRole('heading', { name: 'Nothing is known of this agent' })).toBeVisible();
  await page.getByRole('link', { name: 'See all agents' }).click();
  await expect(page).toHaveURL('/agents');
});
