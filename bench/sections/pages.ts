import { brotliCompressSync, gzipSync } from 'node:zlib';

import type { Browser, Page, Request } from 'playwright';
import { chromium } from 'playwright';

import { ensureBuild } from '#server/build.ts';

import { makeTempDir, withCleanup } from '../cleanup.ts';
import type { Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import { ROOT, startLab, startProduct } from '../program.ts';
import { getJson } from '../rest.ts';
import type { BenchContext, BenchSection } from '../section.ts';

const ROUTES = [
  '/',
  '/agents',
  '/agents/planner',
  '/threads',
  '/threads/{id}',
  '/messages',
  '/gas',
  '/usage',
  '/billing',
  '/errors',
  '/sources',
];
/** An agent that the lab always has; its name stands in no page before its data does. */
const AGENT = 'planner';
const AGENT_ROUTE = '/agents';
const AGENT_TIMEOUT_MS = 10_000;
/** After `load`: charts and the like come in a second step. */
const LAZY_MS = 1500;
const KIB = 1024;
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

interface Weight {
  readonly route: string;
  readonly scripts: number;
  readonly servedBytes: number;
  readonly gzipBytes: number;
  readonly brotliBytes: number;
  readonly rawBytes: number;
  readonly encodings: ReadonlySet<string>;
}

/** What a browser loads, and how soon it shows a live agent. */
export const section: BenchSection = {
  title: 'Pages in Chromium: compressed JavaScript per route, first live agent',
  minutes: 2,
  measure,
};

async function measure({ rounds }: BenchContext): Promise<Measured> {
  await ensureBuild(ROOT, console.log);
  return withCleanup(async (defer) => {
    const lab = await startLab(['--port', '0', '--rate', '50']);
    defer(lab.stop);
    const source = ['--source', `bench=agentserver+${lab.url}`];
    const server = await startProduct(['--data', makeTempDir(defer), ...source]);
    defer(server.stop);
    const browser = await chromium.launch({
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: CHROMIUM_ARGS,
    });
    defer(() => browser.close());

    const threadId = await readThreadId(server.url);
    const weights: Weight[] = [];
    for (const route of ROUTES) {
      const address = `${server.url}${route.replace('{id}', threadId)}`;
      weights.push(await weigh(browser, address, route));
    }
    const encodings = new Set(weights.flatMap((weight) => [...weight.encodings]));
    return {
      figures: [...weights.map(toFigure), ...(await timeFirstAgent(browser, rounds, server.url))],
      notes: [
        `Weights are what crossed the wire (content-encoding: ${[...encodings].join(', ')}), a cold cache each, one load.`,
        `The heaviest route is ${describeHeaviest(weights)}.`,
        `First live agent: from navigation until “${AGENT}” is visible on ${AGENT_ROUTE}, a cold cache each.`,
      ],
    };
  });
}

async function readThreadId(url: string): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { threads } = await getJson(`${url}/api/v1/threads?limit=1`);
    const [thread] = threads as { id: string }[];
    if (thread !== undefined) return thread.id;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the lab opened no thread');
}

async function weigh(browser: Browser, address: string, route: string): Promise<Weight> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const scripts = watchScripts(page);
    await page.goto(address, { waitUntil: 'load' });
    await page.waitForTimeout(LAZY_MS);
    const loaded = await scripts.stop();
    const add = (read: (script: Script) => number): number =>
      loaded.reduce((sum, script) => sum + read(script), 0);
    return {
      route,
      scripts: loaded.length,
      servedBytes: add(({ servedBytes }) => servedBytes),
      gzipBytes: add(({ body }) => gzipSync(body).length),
      brotliBytes: add(({ body }) => brotliCompressSync(body).length),
      rawBytes: add(({ body }) => body.length),
      encodings: new Set(loaded.map(({ encoding }) => encoding)),
    };
  } finally {
    await context.close();
  }
}

interface Script {
  readonly servedBytes: number;
  readonly encoding: string;
  readonly body: Buffer;
}

/** Weighs scripts as they come, until it is stopped. */
function watchScripts(page: Page): { stop(): Promise<Script[]> } {
  const scripts: Promise<Script>[] = [];
  const weighOne = async (request: Request): Promise<Script> => {
    const response = await request.response();
    const { responseBodySize } = await request.sizes();
    return {
      servedBytes: responseBodySize,
      encoding: (await response?.headerValue('content-encoding')) ?? 'none',
      body: (await response?.body()) ?? Buffer.alloc(0),
    };
  };
  const onFinished = (request: Request): void => {
    if (request.resourceType() === 'script') scripts.push(weighOne(request));
  };
  page.on('requestfinished', onFinished);
  return {
    stop() {
      page.off('requestfinished', onFinished);
      return Promise.all(scripts);
    },
  };
}

function toFigure({ route, servedBytes, rawBytes }: Weight): Figure {
  return {
    name: `JavaScript of ${route}`,
    unit: 'KiB',
    rounds: [servedBytes / KIB],
    control: { name: 'uncompressed', value: rawBytes / KIB },
  };
}

function describeHeaviest(weights: readonly Weight[]): string {
  const [heaviest] = weights.toSorted((a, b) => b.rawBytes - a.rawBytes);
  if (heaviest === undefined) return 'none';
  const kib = (bytes: number): string => `${Math.round(bytes / KIB)} KiB`;
  const { route, scripts, gzipBytes, brotliBytes } = heaviest;
  return `${route} with ${scripts} scripts, ${kib(gzipBytes)} as gzip -6 and ${kib(brotliBytes)} as brotli -11`;
}

async function timeFirstAgent(browser: Browser, rounds: number, url: string): Promise<Figure[]> {
  const agent: number[] = [];
  const paint: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${url}${AGENT_ROUTE}`, { waitUntil: 'commit' });
    agent.push(await agentVisibleAt(page));
    paint.push(await firstPaintAt(page));
    await context.close();
  }
  const name = 'first contentful paint';
  return [
    {
      name: 'first live agent',
      unit: 'ms',
      rounds: agent,
      control: { name, value: median(paint) },
    },
    { name, unit: 'ms', rounds: paint },
  ];
}

/** Milliseconds since the navigation began; NaN when it never came. */
async function agentVisibleAt(page: Page): Promise<number> {
  try {
    const handle = await page.waitForFunction(
      (name) => document.body?.innerText.includes(name) && performance.now(),
      AGENT,
      { polling: 'raf', timeout: AGENT_TIMEOUT_MS },
    );
    return Number(await handle.jsonValue());
  } catch {
    return Number.NaN;
  }
}

function firstPaintAt(page: Page): Promise<number> {
  return page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  );
}
