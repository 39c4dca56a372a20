import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** What axe calls serious or critical, with the places. */
export async function barriers(page: Page): Promise<string[]> {
  // Without frames of other origins the legacy mode finds the same in half the time.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`);
}

/** Pixels by which the page is wider than its window. */
export function overhang(page: Page): Promise<number> {
  return page.evaluate(() => {
    const main = document.querySelector('main')!;
    const root = document.documentElement;
    return Math.max(root.scrollWidth - root.clientWidth, main.scrollWidth - main.clientWidth);
  });
}
