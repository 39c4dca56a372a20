import type { z } from 'zod';

import type { LabAgentServer } from './server.ts';

/** A running server that claims to keep the AgentServer contract, with something in it. */
export interface ContractTarget {
  /** Without a trailing slash, for example `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  /** What every POST and every injection wants. */
  readonly key: string;
  readonly knows: ContractKnowledge;
  /** Makes this many more events happen; resolves when their messages can be read. */
  advance(events: number): Promise<void>;
  stop(): Promise<void>;
}

/** Names and ids the server is known to hold when the suite starts. */
export interface ContractKnowledge {
  readonly agent: string;
  /** A listener that is no agent. */
  readonly tool: string;
  /** An active thread with a budget and several messages. */
  readonly thread: string;
  readonly model: string;
  readonly org: string;
}

/** What the lab's own organism knows, for a target that is the lab or stands before it. */
export function knowledgeOf(lab: LabAgentServer): ContractKnowledge {
  const thread = [...lab.world.threads.values()].find(
    (each) =>
      each.status === 'active' && each.messageCount > 5 && lab.budgets.get(each.id) !== null,
  );
  if (thread === undefined) throw new Error('the lab has played too little to know a busy thread');
  return {
    agent: 'planner',
    tool: 'file-tools',
    thread: thread.id,
    model: 'gpt-5',
    org: 'org-acme',
  };
}

/** The contract's REST face, read through schemas. */
export interface ContractClient {
  /** @throws when the status is not 200 or the body does not fit */
  read<T>(schema: z.ZodType<T>, path: string): Promise<T>;
  get(path: string, init?: RequestInit): Promise<ContractAnswer>;
  post(path: string, options?: PostOptions): Promise<ContractAnswer>;
}

export interface ContractAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed when it is JSON, else the text. */
  readonly body: unknown;
}

interface PostOptions {
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly rawBody?: string | undefined;
  /** Null sends no key. */
  readonly authorization?: string | null | undefined;
}

export function createContractClient(target: ContractTarget): ContractClient {
  async function request(path: string, init: RequestInit): Promise<ContractAnswer> {
    const answer = await fetch(`${target.baseUrl}${path}`, { redirect: 'manual', ...init });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
    const body: unknown = isJson && text !== '' ? JSON.parse(text) : text;
    return { status: answer.status, headers: answer.headers, body };
  }

  return {
    async read(schema, path) {
      const { status, body } = await request(`/api/v1${path}`, {});
      if (status !== 200)
        throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`);
      return schema.parse(body);
    },
    get: (path, init = {}) => request(`/api/v1${path}`, init),
    post(path, { body, rawBody, authorization = `Bearer ${target.key}` } = {}) {
      const sent = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
      return request(`/api/v1${path}`, {
        method: 'POST',
        headers: {
          ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
          ...(authorization === null ? {} : { authorization }),
        },
        ...(sent === undefined ? {} : { body: sent }),
      });
    },
  };
}
