import type { Page } from '@playwright/test';

import { expect, test } from './instrument.ts';

const LIGHT = 1;
const DARK = 0;

test('the theme is chosen once and painted at once', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await watchCanvas(page);
  await page.goto('/');
  expect(await canvasesSeen(page)).toEqual([LIGHT]);

  await test.step('dark, without a reload', async () => {
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await expect(page.locator('html')).toHaveClass(/dark/);
    await expect.poll(() => canvasNow(page)).toBe(DARK);
  });

  await test.step('and from the first frame of the next page', async () => {
    await page.reload();
    expect(await canvasesSeen(page)).toEqual([DARK]);
  });

  await test.step('the system decides where asked to', async () => {
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByRole('menuitemradio', { name: 'System' }).click();
    await expect.poll(() => canvasNow(page)).toBe(LIGHT);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => canvasNow(page)).toBe(DARK);
  });
});

/** Notes the background of every frame from the first one of the document. */
async function watchCanvas(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(window, { canvasesSeen: seen });
    const look = () => {
      const colour = getComputedStyle(document.documentElement).backgroundColor;
      if (document.body !== null && seen.at(-1) !== colour) seen.push(colour);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

async function canvasesSeen(page: Page): Promise<number[]> {
  const colours = await page.evaluate(
    () => (window as unknown as { canvasesSeen: string[] }).canvasesSeen,
  );
  return colours.map(brightness);
}

async function canvasNow(page: Page): Promise<number> {
  return brightness(
    await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor),
  );
}

/** Computed colours come as `rgb(…)`, `oklch(…)` or `color(srgb …)`: the canvas is grey, so any channel says it. */
function brightness(colour: string): number {
  const first = Number(/[\d.]+/.exec(colour)?.[0]);
  return Math.round(colour.startsWith('rgb') ? first / 255 : first);
}
