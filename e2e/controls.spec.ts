import { barriers, overhang } from './barriers.ts';
import { expect, test } from './instrument.ts';

/** What the other journeys would not notice if it were broken: their own eyes. */

test('a page with barriers is found to have them', async ({ page }) => {
  await page.setContent('<main><button></button><p style="color:#999">faint</p></main>');
  const found = (await barriers(page)).join('\n');
  expect(found).toContain('button-name: button');
  expect(found).toContain('color-contrast: p');
});

test('a page too wide is found to be', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await page.setContent('<main style="width:600px">wide</main>');
  expect(await overhang(page)).toBeGreaterThan(200);
});

test('script in the markup of a page neither runs nor stays unheard', async ({ page }) => {
  test.fail(true, 'the browser complains, as it must');
  await page.goto('/');
  await page.evaluate(() => {
    document.body.insertAdjacentHTML(
      'beforeend',
      '<img src="data:," onerror="window.isBitten=true">',
    );
  });
  expect(await page.evaluate(() => 'isBitten' in window)).toBe(false);
});
