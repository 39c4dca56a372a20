import { z } from 'zod';

import type { MessageRow } from '#organism/api/resources.ts';
import {
  errorListSchema,
  messageRowListSchema,
  messageRowSchema,
} from '#organism/api/resources.ts';
import type { EventOf } from '#organism/event.ts';
import { formatInstant } from '#organism/instant.ts';

import type { ApiDeps } from './api-deps.ts';
import { organismIdOf } from './api-deps.ts';
import { messageInfo } from './contract-views.ts';
import { cursorParam, readCursor, writeCursor } from './cursor.ts';
import { choiceParam, organismParam, pageParams, seqParam, textParam } from './parameters.ts';
import { Problem } from './problem.ts';
import type { Route } from './route.ts';
import { defineRoute } from './route.ts';

/** Threads of one conversation asked for at once. */
const MAX_THREADS = 200;
const WORDS = 'Words in any order and either case; the last may be the beginning of one';
const SEVERITIES = ['warning', 'error', 'fatal'] as const;
const ERROR_ORDER = 'errors';

const listQuery = z.object({
  organism: organismParam,
  agent: textParam.meta({ description: 'Sender or receiver' }),
  thread: z.array(z.string().max(256)).max(MAX_THREADS).optional(),
  payload_type: textParam,
  q: textParam.meta({ description: WORDS }),
  before_seq: seqParam.meta({ description: 'Only messages before this journal position' }),
  after_seq: seqParam.meta({ description: 'Only messages after this journal position' }),
  order: choiceParam(['asc', 'desc']),
  ...pageParams,
});

export function messageRoutes(deps: ApiDeps): Route[] {
  const { store } = deps;
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/messages',
      summary: 'Messages, newest first',
      lists: ['thread'],
      query: listQuery,
      answer: messageRowListSchema,
      problems: [404],
      async handle({ query }) {
        const organismId = organismIdOf(deps, query.organism);
        const { limit, offset } = query;
        const { rows, total, isTotalAtLeast } = await store.listMessages({
          organismId,
          threadIds: query.thread,
          agent: query.agent,
          payloadType: query.payload_type,
          text: query.q,
          beforeSeq: query.before_seq,
          afterSeq: query.after_seq,
          direction: query.order === 'asc' ? 'oldest-first' : 'newest-first',
          limit,
          offset,
        });
        return {
          messages: rows.map(messageRow),
          count: rows.length,
          total,
          totalIsAtLeast: isTotalAtLeast,
          offset,
          limit,
        };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/messages/{seq}',
      summary: 'One message by its journal position',
      query: z.object({ organism: organismParam }),
      answer: messageRowSchema,
      problems: [404],
      async handle({ params: { seq: text = '' }, query }) {
        const organismId = organismIdOf(deps, query.organism);
        const seq = seqParam.safeParse(text).data;
        const { rows } =
          seq === undefined
            ? { rows: [] }
            : await store.listMessages({ organismId, seq, limit: 1, offset: 0 });
        const [event] = rows;
        if (event === undefined) {
          throw new Problem('not-found', `Message not found: ${text}`);
        }
        return messageRow(event);
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/errors',
      summary: 'Errors, newest first',
      query: z.object({
        organism: organismParam,
        agent: textParam,
        thread: textParam,
        severity: choiceParam(SEVERITIES),
        q: textParam.meta({ description: WORDS }),
        cursor: cursorParam,
        ...pageParams,
      }),
      answer: errorListSchema,
      problems: [404],
      async handle({ query }) {
        const organismId = organismIdOf(deps, query.organism);
        const { limit, offset, agent, severity, thread: threadId, q: text } = query;
        const { rows, total, isTotalAtLeast, next } = await store.listErrors({
          organismId,
          agent,
          threadId,
          severity,
          text,
          after: readCursor(ERROR_ORDER, query.cursor),
          limit,
          offset,
        });
        return {
          errors: rows.map(errorRow),
          count: rows.length,
          total,
          totalIsAtLeast: isTotalAtLeast,
          offset,
          limit,
          next: writeCursor(ERROR_ORDER, next),
        };
      },
    }),
  ];
}

export function messageRow(event: EventOf<'message'>): MessageRow {
  return { ...messageInfo(event), seq: event.seq };
}

function errorRow(event: EventOf<'error'>) {
  const { seq, threadId, agent, text: error, severity } = event;
  return { seq, threadId, agent, error, severity, timestamp: formatInstant(event.occurredAt) };
}
