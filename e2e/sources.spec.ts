import { expect, test } from './instrument.ts';
import { exactValues } from './surface.ts';

test('a source says how it is, what it carries, and that its counts add up', async ({
  page,
  instrument,
}) => {
  await page.goto('/sources');
  const panel = page
    .locator('section')
    .filter({ has: page.getByRole('heading', { name: 'desk' }) });
  await expect(panel.getByText('Live', { exact: true })).toBeVisible();
  await expect(panel.getByText('Everything by socket')).toBeVisible({ timeout: 30_000 });
  await expect(
    panel.getByText('agentserver+', { exact: false }).or(panel.getByText('http://')),
  ).toBeVisible();

  await test.step('received = accepted + duplicate + rejected', async () => {
    const equation = panel.locator('p').filter({ hasText: 'received' }).first();
    const [received = 0, ...parts] = await exactValues(equation.locator('data'));
    expect(received).toBeGreaterThan(1000);
    expect(parts).toHaveLength(3);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(received);
  });

  await test.step('as the API says', async () => {
    const answer = await fetch(`${instrument.url}/api/v1/sources`);
    const { sources } = (await answer.json()) as { sources: { counts: Record<string, number> }[] };
    const { received, accepted, duplicate, rejected } = sources[0]!.counts;
    expect(received).toBe(accepted! + duplicate! + rejected!);
  });
});

test('an upstream that went away is said to be gone, why, and when it is tried again', async ({
  page,
  launch,
}) => {
  const lab = await launch.lab('--rate', '10');
  const { url } = await launch.instrument('--source', `desk=agentserver+${lab.url}`);
  await page.goto(`${url}/sources`);
  await expect(page.getByText('Live', { exact: true }).last()).toBeVisible();
  await lab.stop();
  await expect(page.getByText(/Retrying/).first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/next try|trying now/).first()).toBeVisible();
  await page.goto(url);
  await expect(page.getByRole('heading', { name: 'Needs a look' })).toBeVisible();
  await expect(page.getByRole('link', { name: /desk/ }).first()).toBeVisible();
});
