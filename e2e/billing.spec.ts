import { readFile } from 'node:fs/promises';

import { awaitHistory, closedRange, readBill, sumColumn, toNanos } from './bill.ts';
import { expect, test } from './instrument.ts';
import { exactValues, rowsOf, statValue } from './surface.ts';

const range = closedRange();
const ADDRESS = `/billing?range=${range.token}&timezone=UTC`;

test.beforeAll(async ({ instrument, lab }) => {
  await awaitHistory(instrument, lab);
});

test('a bill cut by model, agent and day is the same bill', async ({ page, instrument }) => {
  const bill = await readBill(instrument, range);
  await page.goto(ADDRESS);
  const totalNanos = Math.round(bill.totalCost * 1e9);
  await expect(statValue(page, 'Total')).toHaveAttribute('value', String(totalNanos));
  await expect(page.getByText('All add up to the nano-dollar')).toBeVisible();

  await test.step('every model the store knows has its line', async () => {
    const rows = rowsOf(page, 'By model');
    await expect(rows).toHaveCount(Object.keys(bill.byModel).length);
    const costs = await exactValues(rows.locator('td:nth-child(2) data'));
    expect(costs.reduce((sum, value) => sum + value, 0)).toBe(totalNanos);
  });

  await test.step('what has no price stands beside the total', async () => {
    await expect(page.getByText('Without any price')).toBeVisible();
  });

  await test.step('a line leads to its days', async () => {
    await rowsOf(page, 'By model').first().getByRole('link').click();
    await expect(page).toHaveURL(/\/usage\?.*model=/);
  });
});

test('the bill of one organisation is a part, and is exported as shown', async ({
  page,
  instrument,
}) => {
  const whole = await readBill(instrument, range);
  await page.goto(ADDRESS);
  await page.getByRole('combobox', { name: /Only one org/ }).click();
  const option = page.getByRole('option').nth(1);
  const org = (await option.textContent()) ?? '';
  await option.click();
  await expect(page).toHaveURL(new RegExp(`org=${encodeURIComponent(org)}`));
  const part = await readBill(instrument, range, org);
  expect(part.requestCount).toBeLessThan(whole.requestCount);
  await expect(statValue(page, 'Requests')).toHaveAttribute('value', String(part.requestCount));
  const partNanos = BigInt(Math.round(part.totalCost * 1e9));

  await test.step('as CSV', async () => {
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export CSV' }).click();
    const csv = await readFile(await (await downloading).path(), 'utf8');
    expect(sumColumn(csv, 'cost_usd')).toBe(partNanos);
  });

  await test.step('in the columns of FOCUS', async () => {
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export FOCUS' }).click();
    const csv = await readFile(await (await downloading).path(), 'utf8');
    expect(sumColumn(csv, 'BilledCost')).toBe(partNanos);
  });

  await test.step('as JSON', async () => {
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export JSON' }).click();
    const file = JSON.parse(await readFile(await (await downloading).path(), 'utf8')) as {
      rows: { cost_usd: string }[];
    };
    const sum = file.rows.reduce((total, row) => total + toNanos(row.cost_usd), 0n);
    expect(sum).toBe(partNanos);
  });
});

test('the period is chosen by month', async ({ page }) => {
  await page.goto('/billing?timezone=UTC');
  await page.getByRole('combobox', { name: 'Period' }).click();
  await page.getByRole('option', { name: /last month/i }).click();
  await expect(page).toHaveURL(/range=last-month/);
  await expect(page.getByText('All add up to the nano-dollar')).toBeVisible();
  await page.goBack();
  await expect(page).not.toHaveURL(/range=last-month/);
});
