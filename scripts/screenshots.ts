/**
 * Takes the pictures in the documents from the real thing: a seeded lab, the production server and
 * Chromium. `npm run screenshots` writes them into docs/screenshots.
 */
import path from 'node:path';

import type { Browser } from 'playwright';
import { chromium } from 'playwright';
import { z } from 'zod';

import { startInstrument, startLab } from '../e2e/launch.ts';

interface Picture {
  readonly name: string;
  readonly route: string;
  readonly scheme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
}

const FOLDER = path.resolve(import.meta.dirname, '../docs/screenshots');
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** Long enough for threads to come near their limits and for the history to arrive. */
const WARM_UP_MS = 60_000;
/** Figures, charts and the first live batches have settled. */
const SETTLE_MS = 4000;

const lab = await startLab([
  '--rate',
  '12',
  '--seed',
  '7',
  '--history-days',
  '45',
  '--history-per-day',
  '1500',
]);
const instrument = await startInstrument(['--source', `desk=agentserver+${lab.url}`]);
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});
try {
  await new Promise((resolve) => {
    setTimeout(resolve, WARM_UP_MS);
  });
  const thread = await hottestThread(instrument.url);
  const pictures: Picture[] = [
    { name: 'overview-light', route: '/', scheme: 'light', ...DESKTOP },
    { name: 'overview-dark', route: '/', scheme: 'dark', ...DESKTOP },
    { name: 'agents-dark', route: '/agents', scheme: 'dark', ...DESKTOP },
    { name: 'thread-light', route: `/threads/${thread}`, scheme: 'light', ...DESKTOP },
    { name: 'gas-dark', route: '/gas', scheme: 'dark', ...DESKTOP },
    { name: 'usage-light', route: '/usage', scheme: 'light', ...DESKTOP },
    { name: 'billing-light', route: '/billing', scheme: 'light', ...DESKTOP },
    { name: 'overview-phone', route: '/', scheme: 'light', ...PHONE },
  ];
  for (const picture of pictures) await take(browser, instrument.url, picture);
} finally {
  await browser.close();
  await instrument.stop();
  await lab.stop();
}

async function hottestThread(url: string): Promise<string> {
  const budgets = z.object({ threads: z.array(z.object({ threadId: z.string() })).min(1) });
  const answer = await fetch(`${url}/api/v1/usage/threads`);
  const [first] = budgets.parse(await answer.json()).threads;
  return first?.threadId ?? '';
}

async function take(on: Browser, url: string, picture: Picture): Promise<void> {
  const { name, route, scheme, width, height } = picture;
  const page = await on.newPage({ viewport: { width, height }, colorScheme: scheme });
  await page.goto(`${url}${route}`);
  await page.getByText('Live', { exact: true }).first().waitFor();
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
  await page.close();
  console.log(`docs/screenshots/${name}.png`);
}
