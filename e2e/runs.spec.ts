import { barriers, overhang } from './barriers.ts';
import { expect, test } from './instrument.ts';
import { rowsOf } from './surface.ts';

test('a run is started, allowed, steered and stopped from the browser', async ({
  page,
  launch,
}) => {
  const lab = await launch.runtime('hermes', '--port', '0', '--pace', '60', '--rate', '0');
  const { url, loginUrl } = await launch.instrument('--source', `hermes+${lab.url}`);
  const idle = page.getByRole('heading', { name: 'No run is open here' });
  const slots = page.getByRole('meter', { name: 'Run slots' });
  const start = async (input: string) => {
    await page.getByRole('textbox', { name: 'What it should do' }).fill(input);
    await page.getByRole('button', { name: 'Start run' }).click();
  };

  await test.step('without the login link one may look and not act', async () => {
    await page.goto(`${url}/runs`);
    await expect(idle).toBeVisible({ timeout: 30_000 });
    await expect(page.getByText('may look but not act')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Start run' })).toHaveCount(0);
    await expect(rowsOf(page, 'Scheduled jobs')).toHaveCount(2);
  });

  await test.step('a run that wants to delete something waits for a word', async () => {
    await page.goto(loginUrl);
    await page.goto(`${url}/runs`);
    await start('Deploy the site');
    await expect(page.getByText('Delete the old build')).toBeVisible();
    await expect(slots).toHaveAttribute('aria-valuetext', /^1 of 10 runs used/);
    expect(await barriers(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await overhang(page)).toBe(0);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  await test.step('it is told something more, allowed, and ends', async () => {
    await page.getByRole('textbox', { name: 'Steer this run' }).fill('Keep the logs');
    await page.getByRole('button', { name: 'Steer' }).click();
    await expect(page.getByText('Steering requested')).toBeVisible();
    await page.getByRole('button', { name: 'Allow once' }).click();
    await expect(idle).toBeVisible();
    await expect(slots).toHaveAttribute('aria-valuetext', /^0 of 10 runs used/);
  });

  await test.step('another is stopped, and its thread is killed', async () => {
    await start('Clean the disk');
    await page.getByRole('link', { name: 'Its thread' }).first().click();
    await expect(page).toHaveURL(/\/threads\//);
    await expect(page.getByRole('button', { name: 'Kill thread' })).toBeVisible();
    await page.goBack();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(idle).toBeVisible();
    await page.goto(`${url}/threads`);
    await expect(rowsOf(page, 'Threads').filter({ hasText: 'Killed' })).toHaveCount(1);
    await expect(rowsOf(page, 'Threads').filter({ hasText: 'Completed' })).toHaveCount(1);
  });

  await test.step('what was asked is written down', async () => {
    await page.goto(`${url}/sources`);
    for (const command of ['start-run', 'answer-approval', 'steer-run', 'stop-run']) {
      await expect(rowsOf(page, 'Commands').filter({ hasText: command }).first()).toBeVisible();
    }
  });
});
