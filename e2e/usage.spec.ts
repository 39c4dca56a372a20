import { readFile } from 'node:fs/promises';

import { awaitHistory, closedRange, readBill, sumColumn } from './bill.ts';
import { expect, test } from './instrument.ts';
import { exactValues, rowsOf, statValue } from './surface.ts';

const range = closedRange();

test.beforeAll(async ({ instrument, lab }) => {
  await awaitHistory(instrument, lab);
});

test('the chart and its table twin tell the total of the store', async ({ page, instrument }) => {
  const bill = await readBill(instrument, range);
  await page.goto(`/usage?range=${range.token}&measure=tokens&timezone=UTC`);
  await expect(statValue(page, 'Tokens')).toHaveAttribute('value', String(bill.totalTokens));
  await expect(page.getByRole('figure')).toContainText(bill.totalTokens.toLocaleString('en'));

  await test.step('as a table, day by day', async () => {
    await page.getByRole('radio', { name: 'Table' }).click();
    await expect(page).toHaveURL(/view=table/);
    const rows = rowsOf(page, 'Tokens by day and model');
    await expect(rows).toHaveCount(28);
    const totals = await exactValues(rows.locator('td:nth-child(2) data'));
    expect(totals.reduce((sum, value) => sum + value, 0)).toBe(bill.totalTokens);
  });

  await test.step('days cut in another zone add up to that zone', async () => {
    await page.goto(
      `/usage?range=${range.token}&measure=requests&view=table&timezone=Asia/Kolkata`,
    );
    const rows = rowsOf(page, 'Requests by day and model');
    await expect(rows).toHaveCount(28);
    const total = Number(await statValue(page, 'Requests').getAttribute('value'));
    const days = await exactValues(rows.locator('td:nth-child(2) data'));
    expect(days.reduce((sum, value) => sum + value, 0)).toBe(total);
    expect(total).not.toBe(bill.requestCount);
  });
});

test('stack, measure, range and zone are in the address', async ({ page }) => {
  await page.goto('/usage');
  await page.getByRole('radio', { name: 'Requests' }).click();
  await page.getByRole('combobox', { name: 'by' }).click();
  await page.getByRole('option', { name: 'provider' }).click();
  await page.getByRole('combobox', { name: 'Range' }).click();
  await page.getByRole('option', { name: /7 days/ }).click();
  await expect(page).toHaveURL(/(?=.*measure=requests)(?=.*by=provider)(?=.*range=7d)/);
  await expect(page.getByRole('heading', { name: 'Requests by day and provider' })).toBeVisible();

  await test.step('one series alone, and back to all', async () => {
    await page.getByRole('list', { name: 'Series' }).getByRole('button').first().click();
    await expect(page).toHaveURL(/provider=/);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect(page).not.toHaveURL(/provider=[^&]/);
  });
});

test("the exported file's rows add up to the bill, to the nano", async ({ page, instrument }) => {
  await page.goto(`/usage?range=${range.token}&timezone=UTC`);
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  const csv = await readFile(await (await downloading).path(), 'utf8');
  const bill = await readBill(instrument, range);
  expect(sumColumn(csv, 'cost_usd')).toBe(BigInt(Math.round(bill.totalCost * 1e9)));
  await expect(statValue(page, 'Cost')).toHaveAttribute(
    'value',
    String(sumColumn(csv, 'cost_usd')),
  );
  expect(sumColumn(csv, 'requests')).toBe(BigInt(bill.requestCount) * 1_000_000_000n);
});
