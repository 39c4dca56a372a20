import { expect, test } from './instrument.ts';
import { connectionPill } from './surface.ts';

// A page may ask for figures before there is an organism to have them: 404 says so.
test.use({ expectedComplaints: /status of 404/ });

test('a newcomer without a source is shown how to connect one, and starts the demo', async ({
  page,
  launch,
}) => {
  const { url, loginUrl } = await launch.instrument();

  await test.step('every page says how to connect a source, with a command to copy', async () => {
    for (const path of ['/', '/threads', '/billing']) {
      await page.goto(url + path);
      await expect(page.getByRole('heading', { name: 'No organism is connected' })).toBeVisible();
      await expect(
        page.getByText('npm start -- --source agentserver+http://127.0.0.1:8080'),
      ).toBeVisible();
    }
  });

  await test.step('without the login link there is no button, but the way to one', async () => {
    await expect(page.getByText('open the login link').last()).toBeVisible();
    await expect(page.getByRole('button', { name: 'Start the demo organism' })).toHaveCount(0);
  });

  await test.step('with it the demo organism comes alive on the same page', async () => {
    await page.goto(loginUrl);
    await expect(page).toHaveURL(`${url}/`);
    await page.getByRole('button', { name: 'Start the demo organism' }).click();
    await expect(page.getByRole('heading', { name: 'No organism is connected' })).toHaveCount(0, {
      timeout: 30_000,
    });
    await expect(connectionPill(page)).toHaveText(/Live/);
  });

  await test.step('the link is good once', async () => {
    const again = await page.request.get(loginUrl, { maxRedirects: 0 });
    expect(again.status()).toBe(403);
  });
});
