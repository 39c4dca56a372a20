import { expect, test } from './instrument.ts';
import { rowsOf } from './surface.ts';

test('an error is listed, opened at a URL, and leads to its thread', async ({ page }) => {
  await page.goto('/errors');
  const rows = rowsOf(page, 'Errors');
  await expect(rows.first()).toBeVisible({ timeout: 30_000 });
  await rows.first().click();
  await expect(page).toHaveURL(/error=\d+/);
  const drawer = page.getByRole('dialog', { name: 'Error' });
  const text = await drawer.locator('pre').textContent();
  await page.reload();
  await expect(drawer.locator('pre')).toHaveText(text ?? '');
  await drawer.getByRole('link', { name: 'Open thread' }).click();
  await expect(page).toHaveURL(/\/threads\/[\w-]+/);
});

test('filters that hide every error say so', async ({ page }) => {
  await page.goto('/errors?text=no-such-words');
  await expect(page.getByText('No errors match these filters')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).last().click();
  await expect(page).toHaveURL('/errors');
});
