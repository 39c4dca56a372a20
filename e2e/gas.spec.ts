import { expect, test } from './instrument.ts';
import { rowsOf } from './surface.ts';

test('gauges stand hottest first under their thresholds, and exhausted stands out', async ({
  page,
}) => {
  await page.goto('/gas?scope=all');
  await expect(page.getByRole('heading', { name: /^Exhausted/ })).toBeVisible({ timeout: 45_000 });

  await test.step('in order, across all groups', async () => {
    const percents = await page.evaluate(() =>
      [...document.querySelectorAll('[role=meter][aria-label^="Budget of thread"]')].map((gauge) =>
        Number(gauge.getAttribute('aria-valuenow')),
      ),
    );
    expect(percents.length).toBeGreaterThan(3);
    expect(percents).toEqual(percents.toSorted((a, b) => b - a));
  });

  await test.step('exhausted in words, not only in colour', async () => {
    const first = page.getByRole('meter', { name: /^Budget of thread/ }).first();
    await expect(first).toHaveAttribute('aria-valuetext', /exhausted/i);
  });

  await test.step('one threshold alone, kept in the address', async () => {
    await page.getByRole('button', { name: /^Exhausted/ }).click();
    await expect(page).toHaveURL(/level=exhausted/);
    await expect(page.getByRole('heading', { name: /^Below/ })).toHaveCount(0);
  });

  await test.step('the same as a table, a row leads to its thread', async () => {
    await page.getByRole('radio', { name: 'Table' }).click();
    const rows = rowsOf(page, 'Thread budgets');
    await expect(rows.first()).toContainText('Exhausted');
    await rows.first().getByRole('link').click();
    await expect(page).toHaveURL(/\/threads\/[\w-]+/);
    await expect(page.getByRole('meter', { name: 'Thread budget' })).toBeVisible();
  });
});

test('the organism, its agents and its models are gauged', async ({ page }) => {
  await page.goto('/gas');
  await expect(page.getByRole('term').filter({ hasText: /^Burn rate/ })).toBeVisible();
  for (const [cut, name] of [
    ['agent', 'planner'],
    ['model', 'gpt-5'],
  ] as const) {
    const table = page.getByRole('table', { name: `Tokens and cost by ${cut}` });
    await expect(table.getByRole('rowheader', { name, exact: true })).toBeVisible();
  }
});
