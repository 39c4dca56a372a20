import { z } from 'zod';

import type { StoredThread } from '#db/store.ts';
import { THREAD_STATUSES } from '#organism/agentserver/entities.ts';
import type { ThreadRow } from '#organism/api/resources.ts';
import {
  messageRowListSchema,
  threadRowListSchema,
  threadRowSchema,
} from '#organism/api/resources.ts';

import type { ApiDeps } from './api-deps.ts';
import { organismIdOf } from './api-deps.ts';
import { threadInfo } from './contract-views.ts';
import { cursorParam, readCursor, writeCursor } from './cursor.ts';
import { messageRow } from './message-routes.ts';
import { choiceParam, organismParam, pageParams, textParam, timeParam } from './parameters.ts';
import { Problem } from './problem.ts';
import type { Route } from './route.ts';
import { defineRoute } from './route.ts';

const SORTS = ['activity', 'created', 'messages', 'tokens', 'cost', 'budget'] as const;

const listQuery = z.object({
  organism: organismParam,
  status: textParam.meta({ description: `One of ${THREAD_STATUSES.join(', ')}` }),
  agent: textParam.meta({ description: 'A participant' }),
  q: textParam.meta({
    description:
      'Part of the id, a participant or the error; or words of a message, the last of which may be begun',
  }),
  since: timeParam.meta({ description: 'Last activity at or after' }),
  sort: choiceParam(SORTS),
  order: choiceParam(['asc', 'desc']),
  cursor: cursorParam,
  ...pageParams,
});

export function threadRoutes(deps: ApiDeps): Route[] {
  const { store } = deps;

  async function findThread(organismId: string, id: string): Promise<StoredThread> {
    const thread = await store.getThread(organismId, id);
    if (thread === null) throw new Problem('not-found', `Thread not found: ${id}`);
    return thread;
  }

  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/threads',
      summary: 'Threads, newest activity first',
      query: listQuery,
      answer: threadRowListSchema,
      problems: [400, 404],
      async handle({ query }) {
        const organismId = organismIdOf(deps, query.organism);
        requireStatus(query.status);
        const { limit, offset } = query;
        const order = `threads ${query.sort ?? 'activity'} ${query.order ?? 'desc'}`;
        const { rows, total, isTotalAtLeast, next } = await store.listThreads({
          organismId,
          status: query.status,
          agent: query.agent,
          text: query.q,
          activeSince: query.since?.instant,
          sort: query.sort,
          direction: query.order,
          after: readCursor(order, query.cursor),
          limit,
          offset,
        });
        return {
          threads: rows.map(threadRow),
          count: rows.length,
          total,
          totalIsAtLeast: isTotalAtLeast,
          offset,
          limit,
          next: writeCursor(order, next),
        };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/threads/{thread_id}',
      summary: 'One thread',
      query: z.object({ organism: organismParam }),
      answer: threadRowSchema,
      problems: [404],
      async handle({ params: { thread_id: id = '' }, query }) {
        const organismId = organismIdOf(deps, query.organism);
        return threadRow(await findThread(organismId, id));
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/threads/{thread_id}/messages',
      summary: "One thread's messages, newest first",
      query: z.object({ organism: organismParam, ...pageParams }),
      answer: messageRowListSchema,
      problems: [404],
      async handle({ params: { thread_id: id = '' }, query }) {
        const organismId = organismIdOf(deps, query.organism);
        await findThread(organismId, id);
        const { limit, offset } = query;
        const { rows, total } = await store.listMessages({
          organismId,
          threadIds: [id],
          limit,
          offset,
        });
        return { messages: rows.map(messageRow), count: rows.length, total, offset, limit };
      },
    }),
  ];
}

function requireStatus(status: string | undefined): void {
  if (status === undefined || THREAD_STATUSES.some((known) => known === status)) return;
  const valid = THREAD_STATUSES.map((known) => `'${known}'`).join(', ');
  throw new Problem('bad-request', `Invalid status: ${status}. Valid values: [${valid}]`);
}

function threadRow(thread: StoredThread): ThreadRow {
  return {
    ...threadInfo(thread),
    budget: thread.budget,
    totalTokens: thread.totalTokens,
    costNanos: thread.costNanos,
    unpricedRequests: thread.unpricedRequests,
    parentThread: thread.parentThread,
    conversation: thread.conversation,
  };
}
