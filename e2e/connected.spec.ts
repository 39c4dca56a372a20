import { expect, test } from './instrument.ts';

test('a newcomer sees a living organism', async ({ page, instrument }) => {
  await page.goto(instrument.url);
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
});
