import type { BrowserContext, Page } from '@playwright/test';
import { expect, test as base } from '@playwright/test';

import {
  type Instrument,
  type Running,
  startInstrument,
  startLab,
  startRuntime,
} from './launch.ts';

export { expect };

interface WorkerFixtures {
  /** The artificial AgentServer that `instrument` watches as "desk". */
  lab: Running;
  /** One for all tests of a worker: started by the first that asks. */
  instrument: Instrument;
  /** The cookie that the one-time login link gave. */
  operatorCookie: string;
}

interface Launcher {
  lab(...args: string[]): Promise<Running>;
  /** An artificial runtime of another kind. */
  runtime(kind: string, ...args: string[]): Promise<Running>;
  instrument(...args: string[]): Promise<Instrument>;
  /** One that finds what is in this folder as its user's own. */
  instrumentIn(home: string): Promise<Instrument>;
}

interface TestFixtures {
  /** The page of someone who has opened the login link. */
  operator: Page;
  /** Starts programs of the test's own; they end with it. */
  launch: Launcher;
  /** Console errors that belong to the journey, such as a refused connection to a killed server. */
  expectedComplaints: RegExp | null;
  /** Every test ends with a browser that had nothing else to complain of. */
  quietConsole: void;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  lab: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of what is asked for
    async ({}, use) => {
      const lab = await startLab(['--rate', '40', '--seed', '7', '--history-days', '40']);
      await use(lab);
      await lab.stop();
    },
    { scope: 'worker' },
  ],
  instrument: [
    async ({ lab }, use) => {
      const instrument = await startInstrument(['--source', `desk=agentserver+${lab.url}`]);
      await use(instrument);
      await instrument.stop();
    },
    // The first start builds the pages.
    { scope: 'worker', timeout: 180_000 },
  ],
  operatorCookie: [
    async ({ instrument }, use) => {
      const { headers } = await fetch(instrument.loginUrl, { redirect: 'manual' });
      await use(headers.getSetCookie()[0] ?? '');
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ instrument }, use) => {
    await use(instrument.url);
  },
  operator: async ({ page, context, instrument, operatorCookie }, use) => {
    await signIn(context, instrument.url, operatorCookie);
    await use(page);
  },
  launch: [
    // oxlint-disable-next-line no-empty-pattern -- as above
    async ({}, use) => {
      const running: Running[] = [];
      const keep = async <T extends Running>(starting: Promise<T>): Promise<T> => {
        const program = await starting;
        running.push(program);
        return program;
      };
      await use({
        lab: (...args) => keep(startLab(args)),
        runtime: (kind, ...args) => keep(startRuntime(kind, args)),
        instrument: (...args) => keep(startInstrument(args)),
        instrumentIn: (home) => keep(startInstrument([], { HOME: home })),
      });
      for (const program of running.toReversed()) await program.stop();
    },
    { timeout: 180_000 },
  ],
  expectedComplaints: [null, { option: true }],
  quietConsole: [
    async ({ context, expectedComplaints, launch }, use) => {
      // Set up after \`launch\`, so that it is judged before the test's own programs end.
      void launch;
      const complaints: string[] = [];
      const hear = (text: string): void => {
        if (expectedComplaints?.test(text) !== true) complaints.push(text);
      };
      context.on('console', (message) => {
        if (message.type() === 'error') hear(message.text());
      });
      context.on('weberror', (problem) => hear(String(problem.error())));
      await use();
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

/** Gives every page of the context the right to send commands. */
export async function signIn(
  context: BrowserContext,
  url: string,
  setCookie: string,
): Promise<void> {
  const [pair = ''] = setCookie.split(';');
  const cut = pair.indexOf('=');
  await context.addCookies([{ name: pair.slice(0, cut), value: pair.slice(cut + 1), url }]);
}
