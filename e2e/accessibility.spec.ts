import { barriers, overhang } from './barriers.ts';
import { expect, test } from './instrument.ts';
import { connectionPill, ROUTES } from './surface.ts';

const WIDTHS = [1440, 390] as const;
const THEMES = ['light', 'dark'] as const;

/** Every route with its main content there: an agent and a thread stand for their kind. */
async function routes(url: string): Promise<string[]> {
  const { threads } = await readJson<{ threads: { id: string }[] }>(`${url}/api/v1/threads`);
  return [...ROUTES.map(({ path }) => path), '/agents/planner', `/threads/${threads[0]?.id}`];
}

test('no barrier on any route, in either theme and at either width', async ({
  page,
  instrument,
}) => {
  test.setTimeout(240_000);
  for (const path of await routes(instrument.url)) {
    await page.goto(path);
    await expect(connectionPill(page)).toHaveText(/Live/);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of THEMES) {
        await test.step(`${path} ${colorScheme} at ${width} px`, async () => {
          // Half-faded text has no contrast to speak of: nothing moves while it is measured.
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          expect.soft(await barriers(page), path).toEqual([]);
          expect.soft(await overhang(page), `${path} scrolls sideways`).toBe(0);
        });
      }
    }
  }
});

test('the payload inspector and the palette have no barrier', async ({ page, instrument }) => {
  const { messages } = await readJson<{ messages: { seq: number }[] }>(
    `${instrument.url}/api/v1/messages`,
  );
  await page.goto(`/messages?message=${messages[0]?.seq}`);
  await expect(page.getByRole('region', { name: /^Payload of message/ })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('ControlOrMeta+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await barriers(page)).toEqual([]);
});

async function readJson<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}
