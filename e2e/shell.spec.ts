import { expect, test } from './instrument.ts';
import { connectionPill, palette, ROUTES } from './surface.ts';

test('every page is one click and one chord away', async ({ page }) => {
  await page.goto('/');
  const rail = page.getByRole('navigation', { name: 'Pages' });
  for (const { path, heading } of ROUTES.toReversed()) {
    await rail.getByRole('link', { name: heading }).click();
    await expect(page).toHaveURL(path);
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    await expect(rail.getByRole('link', { name: heading })).toHaveAttribute('aria-current', 'page');
  }
  await page.keyboard.press('g');
  await page.keyboard.press('b');
  await expect(page.getByRole('heading', { level: 1, name: 'Billing' })).toBeVisible();
});

test('the pill says that what is shown is live', async ({ page }) => {
  await page.goto('/');
  await expect(connectionPill(page)).toHaveText(/Live/);
  await connectionPill(page).click();
  await expect(page.getByText('Changes arrive as they are stored')).toBeVisible();
});

test('the palette finds pages, agents and commands by name', async ({ page }) => {
  await page.goto('/');
  await expect(connectionPill(page)).toHaveText(/Live/);
  await page.keyboard.press('ControlOrMeta+k');
  const input = palette(page).getByPlaceholder('Go to a page, an agent, a thread…');
  await expect(input).toBeFocused();

  await test.step('nothing of that name', async () => {
    await input.fill('zzz-nobody');
    await expect(palette(page).getByText('Nothing here has that name.')).toBeVisible();
  });

  await test.step('an agent', async () => {
    await input.fill('planner');
    await expect(palette(page).getByRole('option', { selected: true })).toHaveText(/^planner/);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL('/agents/planner');
    await expect(palette(page)).toHaveCount(0);
  });

  await test.step('a command', async () => {
    await page.keyboard.press('ControlOrMeta+k');
    await input.fill('theme: dark');
    await expect(palette(page).getByRole('option', { selected: true })).toHaveText('Theme: dark');
    await page.keyboard.press('Enter');
    await expect(page.locator('html')).toHaveClass(/dark/);
  });
});

test('keys are explained', async ({ page }) => {
  await page.goto('/');
  await expect(connectionPill(page)).toHaveText(/Live/);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: /shortcuts/i })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a phone has the main pages under the thumb and the rest behind More', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/');
  const bar = page.getByRole('navigation', { name: 'Pages' });
  await bar.getByRole('link', { name: 'Gas' }).click();
  await expect(page).toHaveURL('/gas');
  await bar.getByRole('button', { name: 'More' }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Billing' }).click();
  await expect(page).toHaveURL('/billing');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('an address that names no page says so', async ({ browser, instrument }) => {
  // A 404 is a console error to the browser: looked at without the usual listener.
  const context = await browser.newContext({ baseURL: instrument.url });
  const page = await context.newPage();
  const response = await page.goto('/no/such/page');
  expect(response?.status()).toBe(404);
  await expect(
    page.getByRole('heading', { name: 'There is no page at this address' }),
  ).toBeVisible();
  await page.getByRole('link', { name: 'Go to overview' }).click();
  await expect(page).toHaveURL('/');
  await context.close();
});
