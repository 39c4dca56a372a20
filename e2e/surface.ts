import type { Locator, Page } from '@playwright/test';

/** The pill that says how fresh the page is. */
export function connectionPill(page: Page): Locator {
  return page.getByRole('button', { name: /^(Connecting|Live|Stale|Reconnecting|Offline)/ });
}

export function palette(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Search and commands' });
}

/** Drawn rows that open something, without head and spacers. */
export function rowsOf(page: Page, table: string): Locator {
  return page.getByRole('table', { name: table, exact: true }).locator('tr[data-index]');
}

/** The exact figure under a label in a strip of figures. */
export function statValue(page: Page, label: string): Locator {
  const term = page.locator('dt').filter({ hasText: new RegExp(`^${label}`) });
  return page.locator('dl > div').filter({ has: term }).locator('data').first();
}

/** The numbers behind the shown ones, in order. */
export async function exactValues(figures: Locator): Promise<number[]> {
  const values = await figures.evaluateAll((elements) =>
    elements.map((element) => element.getAttribute('value')),
  );
  return values.map(Number);
}

export const ROUTES = [
  { path: '/', heading: 'Overview' },
  { path: '/agents', heading: 'Agents' },
  { path: '/threads', heading: 'Threads' },
  { path: '/messages', heading: 'Messages' },
  { path: '/gas', heading: 'Gas' },
  { path: '/usage', heading: 'Usage' },
  { path: '/billing', heading: 'Billing' },
  { path: '/errors', heading: 'Errors' },
  { path: '/sources', heading: 'Sources' },
] as const;
