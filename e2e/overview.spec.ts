import { expect, test } from './instrument.ts';
import { rowsOf, statValue } from './surface.ts';

test('the first screenful says that the organism lives, what runs dry and what today cost', async ({
  page,
  instrument,
}) => {
  await page.goto('/');
  await expect(page.getByText(/^Running for /)).toBeVisible();

  await test.step('rates are of now', async () => {
    await expect(statValue(page, 'Events')).not.toHaveText('0');
    await expect(statValue(page, 'Tokens')).not.toHaveText('0');
  });

  await test.step('gauges stand hottest first', async () => {
    const gauges = page.getByRole('meter', { name: /^Budget of thread/ });
    await expect(gauges.nth(3)).toBeVisible();
    // In one look: the list may reorder between two.
    const percents = await page.evaluate(() =>
      [...document.querySelectorAll('[role=meter][aria-label^="Budget of thread"]')].map((gauge) =>
        Number(gauge.getAttribute('aria-valuenow')),
      ),
    );
    expect(percents).toEqual(percents.toSorted((a, b) => b - a));
    expect(percents[0]).toBeGreaterThan(0);
  });

  await test.step("today's cost is what the store says", async () => {
    await expect(statValue(page, 'Cost today')).toBeVisible();
    const before = await costToday(instrument.url);
    await page.reload();
    const shown = Number(await statValue(page, 'Cost today').getAttribute('value'));
    expect(shown).toBeGreaterThanOrEqual(before);
    expect(await costToday(instrument.url)).toBeGreaterThanOrEqual(shown);
  });

  await test.step('agents by state, each a link', async () => {
    await page
      .getByRole('main')
      .getByRole('link', { name: /^planner / })
      .last()
      .click();
    await expect(page).toHaveURL('/agents/planner');
  });
});

test('the live feed moves by itself, stands still under the pointer, and opens at a URL', async ({
  page,
}) => {
  await page.goto('/');
  const rows = rowsOf(page, 'Live messages');
  await expect(rows.nth(5)).toBeVisible();

  await test.step('it moves', async () => {
    const first = await rows.first().textContent();
    await expect(rows.first()).not.toHaveText(first ?? '');
  });

  await test.step('it stands still while someone reads', async () => {
    await rows.nth(2).hover();
    const read = await rows.nth(2).textContent();
    const waiting = page.getByRole('button', { name: /^\d+ new$/ });
    await expect(waiting).toBeVisible();
    await expect(rows.nth(2)).toHaveText(read ?? '');
    await waiting.click();
    await expect(rows.nth(2)).not.toHaveText(read ?? '');
  });

  await test.step('a message opens at a URL that another browser can open', async () => {
    await rows.nth(1).click();
    await expect(page).toHaveURL(/\?message=\d+$/);
    const drawer = page.getByRole('dialog');
    await expect(drawer.getByRole('region', { name: /^Payload of message/ })).toBeVisible();
    const title = await drawer.getByRole('heading').first().textContent();
    await page.reload();
    await expect(drawer.getByRole('heading').first()).toHaveText(title ?? '');
    await page.keyboard.press('Escape');
    await expect(drawer).toHaveCount(0);
    await expect(page).not.toHaveURL(/message=/);
  });
});

/** Nano-dollars since midnight of the browser's zone. */
async function costToday(url: string): Promise<number> {
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  const answer = await fetch(
    `${url}/api/v1/usage/breakdown?group_by=model&start_time=${midnight.toISOString()}`,
  );
  const { total } = (await answer.json()) as { total: { costNanos: number } };
  return total.costNanos;
}
