import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { describeAgentServerContract } from '#lab/agentserver/contract-suite.ts';
import type { ContractTarget } from '#lab/agentserver/contract-target.ts';
import { knowledgeOf } from '#lab/agentserver/contract-target.ts';
import { createLabAgentServer } from '#lab/agentserver/server.ts';

import { startServer } from './testing/process.ts';

const KEY = 'contract-key-0123456789';

/** The same suite that the lab passes, against what we serve of it: lab, source, store, API. */
describeAgentServerContract({ name: 'Organoscope in front of an AgentServer', start });

async function start(): Promise<ContractTarget> {
  const data = mkdtempSync(path.join(os.tmpdir(), 'organoscope-contract-'));
  const lab = createLabAgentServer({ seed: 7, historyDays: 3, key: KEY });
  const { url } = await lab.start();
  lab.step(3000);
  const server = await startServer(
    [
      '--data',
      data,
      '--poll-usage-ms',
      '200',
      '--poll-budgets-ms',
      '200',
      '--source',
      `desk=agentserver+${url}`,
    ],
    { ORGANOSCOPE_KEY: KEY, ORGANOSCOPE_SOURCE_DESK_KEY: KEY },
  );
  const hasCaughtUp = async (): Promise<boolean> =>
    (await totalOf(`${server.url}/api/v1/messages`)) >= lab.record.messageIds.length &&
    (await statesOf(server.url)) === (await statesOf(url));
  const knows = knowledgeOf(lab);
  await until(
    async () =>
      (await hasCaughtUp()) &&
      (await totalOf(`${server.url}/api/v1/usage/history`)) >= lab.usage.stored().length &&
      (await fetch(`${server.url}/api/v1/usage/threads/${knows.thread}`)).ok,
  );
  return {
    baseUrl: server.url,
    key: KEY,
    knows,
    async advance(events) {
      lab.step(events);
      await until(hasCaughtUp);
    },
    async stop() {
      await server.kill('SIGTERM');
      await lab.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function totalOf(url: string): Promise<number> {
  const answer = await fetch(`${url}?limit=1`);
  return ((await answer.json()) as { total?: number }).total ?? 0;
}

/** States come by the socket, messages may come by REST before them: both have to be there. */
async function statesOf(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/agents`);
  const { agents = [] } = (await answer.json()) as { agents?: { name: string; state: string }[] };
  return agents
    .map(({ name, state }) => `${name} ${state}`)
    .toSorted()
    .join();
}

/** Asks again until it is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}
