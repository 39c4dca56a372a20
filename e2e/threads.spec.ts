import { expect, signIn, test } from './instrument.ts';
import { rowsOf } from './surface.ts';

test('threads are filtered and sorted by the address, and one opens', async ({ page, browser }) => {
  await page.goto('/threads');
  const rows = rowsOf(page, 'Threads');
  await expect(rows.nth(5)).toBeVisible();

  await test.step('by status', async () => {
    await page.getByRole('button', { name: /^Active/ }).click();
    await expect(page).toHaveURL(/status=active/);
    await expect(rows.filter({ hasNotText: 'Active' })).toHaveCount(0);
  });

  await test.step('by agent', async () => {
    await page.getByRole('combobox', { name: 'Agent' }).click();
    await page.getByRole('option', { name: 'coder' }).click();
    await expect(page).toHaveURL(/agent=coder/);
    await expect(rows.filter({ hasNotText: 'coder' })).toHaveCount(0);
  });

  await test.step('sorted by budget', async () => {
    await page
      .getByRole('columnheader', { name: /Budget/ })
      .getByRole('button')
      .click();
    await expect(page).toHaveURL(/sort=budget/);
    await expect(page.getByRole('columnheader', { name: /Budget/ })).toHaveAttribute(
      'aria-sort',
      'descending',
    );
  });

  await test.step('the address shows another browser the same', async () => {
    const context = await browser.newContext();
    const other = await context.newPage();
    await other.goto(page.url());
    await expect(rowsOf(other, 'Threads').first()).toBeVisible();
    await expect(rowsOf(other, 'Threads').filter({ hasNotText: 'coder' })).toHaveCount(0);
    await expect(other.getByRole('columnheader', { name: /Budget/ })).toHaveAttribute(
      'aria-sort',
      'descending',
    );
    await context.close();
  });

  await test.step('to nothing, with a way back', async () => {
    await page.getByRole('searchbox', { name: 'Filter threads' }).fill('no-such-thread');
    await expect(page.getByText('No threads match these filters')).toBeVisible();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect(page).not.toHaveURL(/status=|agent=|q=/);
  });

  await test.step('with the keyboard alone', async () => {
    await expect(rows.nth(3)).toBeVisible();
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/threads\/[\w-]+/);
  });
});

test('a thread shows what was said, what it spent and how long it lasts', async ({
  page,
  instrument,
}) => {
  const threadId = await spendingThread(instrument.url);
  // Model calls are read every few seconds, after the budget that they used has changed.
  const calls = `${instrument.url}/api/v1/usage/breakdown?group_by=agent&thread=${threadId}`;
  await expect
    .poll(async () => (await readJson<{ rows: unknown[] }>(calls)).rows.length)
    .toBeGreaterThan(0);
  await page.goto(`/threads/${threadId}`);

  await test.step('its budget', async () => {
    await expect(page.getByRole('meter', { name: 'Thread budget' })).toBeVisible();
    await expect(page.getByText('Remaining')).toBeVisible();
    await expect(page.getByText(/^Burn rate/)).toBeVisible();
    await expect(page.getByText(/^Time to empty/)).toBeVisible();
  });

  await test.step('its cost by agent and model', async () => {
    await expect(page.getByRole('heading', { name: 'Cost by agent and model' })).toBeVisible();
    await expect(page.getByRole('rowheader', { name: 'Total' })).toBeVisible();
  });

  await test.step('a message opens at an address of its own', async () => {
    const said = page.getByRole('list', { name: 'Messages, oldest first' }).getByRole('button');
    await said.last().click();
    await expect(page).toHaveURL(/[?&]message=/);
    const payload = page.getByRole('region', { name: /^Payload/ });
    await expect(payload).toBeVisible();
    await page.reload();
    await expect(payload).toBeVisible();
    await page.goBack();
    await expect(payload).toHaveCount(0);
  });
});

test('a payload is searched, read raw and copied whole', async ({ page, context, instrument }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { seq, threadId, payload } = await wordyMessage(instrument.url);
  await page.goto(`/threads/${threadId}?message=${seq}&at=${seq}`);
  const inspector = page.getByRole('region', { name: /^Payload/ });
  await expect(inspector).toBeVisible();
  const [key = ''] = Object.keys(payload);

  await test.step('searched', async () => {
    await inspector.getByRole('searchbox', { name: 'Search payload' }).fill(key);
    await page.keyboard.press('Enter');
    await expect(inspector.locator('output')).toHaveText(/^1 of \d+/);
    await inspector.getByRole('searchbox').fill('no-such-word');
    await expect(inspector.locator('output')).toHaveText('None');
  });

  await test.step('raw', async () => {
    await inspector.getByRole('radio', { name: 'Raw' }).click();
    await expect(inspector).toContainText(`"${key}"`);
  });

  await test.step('copied', async () => {
    await inspector.getByRole('button', { name: 'Copy payload as JSON' }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(JSON.parse(copied)).toEqual(payload);
  });
});

test('killing asks for the login, then for confirmation, then tells what the organism says', async ({
  page,
  instrument,
  operatorCookie,
  context,
}) => {
  // A thread may end by itself at any moment, and its button with it: then the next one is taken.
  const askToKill = async () => {
    await page.goto(`/threads/${await spendingThread(instrument.url)}`);
    await page.getByRole('button', { name: 'Kill thread' }).click({ timeout: 10_000 });
    await expect(page.getByRole('dialog')).toBeVisible({ timeout: 1000 });
  };
  const confirm = page.getByRole('dialog').getByRole('button', { name: 'Kill thread' });

  await test.step('a looker-on is told how', async () => {
    await expect(async () => {
      await askToKill();
      await expect(page.getByRole('dialog')).toContainText('login link', { timeout: 5000 });
      await expect(confirm).toHaveCount(0);
    }).toPass();
  });

  await test.step('an operator kills it', async () => {
    await signIn(context, instrument.url, operatorCookie);
    await expect(async () => {
      await askToKill();
      await confirm.click({ timeout: 5000 });
    }).toPass();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Killed');
    await expect(page.getByRole('button', { name: 'Kill thread' })).toHaveCount(0);
  });
});

test.describe('gone', () => {
  test.use({ expectedComplaints: /404/ });

  test('a link to a thread nobody knows leads on', async ({ page }) => {
    await page.goto('/threads/no-such-thread');
    await expect(
      page.getByRole('heading', { name: 'No thread with this id is known' }),
    ).toBeVisible();
    await page.getByRole('link', { name: 'All threads' }).click();
    await expect(page).toHaveURL('/threads');
  });
});

/** A running thread with a budget that has much left to spend. */
/** One that is at work and has most of its budget left. */
async function spendingThread(url: string): Promise<string> {
  let id = '';
  await expect
    .poll(async () => {
      const api = `${url}/api/v1`;
      const { threads: budgets } = await readJson<{ threads: Budget[] }>(`${api}/usage/threads`);
      const active = await readJson<{ threads: { id: string }[] }>(
        `${api}/threads?status=active&limit=100`,
      );
      const atWork = new Set(active.threads.map((thread) => thread.id));
      const [newest] = budgets
        .filter(({ threadId, percentUsed }) => atWork.has(threadId) && percentUsed > 2)
        .toSorted((a, b) => a.percentUsed - b.percentUsed);
      id = newest !== undefined && newest.percentUsed < 40 ? newest.threadId : '';
      return id;
    })
    .not.toBe('');
  return id;
}

interface Budget {
  threadId: string;
  percentUsed: number;
}

async function wordyMessage(url: string) {
  type Message = { seq: number; threadId: string; payload: Record<string, unknown> };
  const { messages } = await readJson<{ messages: Message[] }>(`${url}/api/v1/messages?limit=100`);
  return messages.toSorted((a, b) => size(b.payload) - size(a.payload))[0]!;
}

function size(payload: unknown): number {
  return JSON.stringify(payload).length;
}

async function readJson<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}
