import { expect, test } from './instrument.ts';
import { connectionPill } from './surface.ts';

test('two organisms are watched side by side and never mixed', async ({ page, launch }) => {
  const [quiet, busy] = await Promise.all([
    launch.lab('--rate', '0', '--organism', 'night-shift'),
    launch.lab('--rate', '20', '--organism', 'day-shift'),
  ]);
  const { url } = await launch.instrument(
    '--source',
    `night=agentserver+${quiet.url}`,
    '--source',
    `day=agentserver+${busy.url}`,
  );
  await page.goto(`${url}/agents`);
  const organismSwitch = page.getByRole('combobox', { name: 'Organism' });
  await expect(organismSwitch).toHaveText(/night-shift/);

  await test.step('the switch writes the organism into the address', async () => {
    await organismSwitch.click();
    await page.getByRole('option', { name: /day-shift/ }).click();
    await expect(page).toHaveURL(`${url}/agents?organism=day`);
    await expect(organismSwitch).toHaveText(/day-shift/);
    await expect(connectionPill(page)).toHaveText(/Live/);
  });

  await test.step('links between pages keep it', async () => {
    await page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: 'Gas' })
      .click();
    await expect(page).toHaveURL(`${url}/gas?organism=day`);
  });

  await test.step('back returns to the other', async () => {
    await page.goBack();
    await page.goBack();
    await expect(organismSwitch).toHaveText(/night-shift/);
  });
});
