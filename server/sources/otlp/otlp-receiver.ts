import type { IncomingHttpHeaders } from 'node:http';

import type { EventDraft } from '#organism/event.ts';
import { parseBounded } from '#server/ingest/limits.ts';

import { CLAUDE_CODE } from '../claude-code/keys.ts';
import { inOrganism, organismDraft } from '../drafts.ts';
import type {
  ReceivedRequest,
  Receiver,
  ReceiverDeps,
  Refusal,
  RefusedBody,
  Reply,
} from '../receiver.ts';
import { jsonReply } from '../receiver.ts';
import { logDrafts } from './log-drafts.ts';
import { pointDraft, pointOrganism } from './point-drafts.ts';
import type { OtlpSignal } from './protobuf-schema.ts';
import { decodeRequest, encodeFailure, encodeResponse } from './protobuf-schema.ts';
import { createSpanIntake } from './span-intake.ts';
import type { Attributes } from './wire.ts';
import { byService, readLogs, readPoints, readSpans, serviceOf } from './wire.ts';

/** What the protocol recommends, after unpacking. */
const MAX_REQUEST_BYTES = 64 << 20;
const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
const REJECTED: Readonly<Record<OtlpSignal, string>> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
};
/** What an exporter sends again; every other failure makes it drop the batch. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const COME_AGAIN = { 'retry-after': '5' };
const FINAL: ReadonlySet<number> = new Set([400, 401, 403, 413, 415]);
/** Nothing readable at all still has to be counted somewhere. */
const NO_SERVICE = 'unknown_service';

/** What one request of one service comes to. */
interface ServicePart {
  readonly service: string;
  readonly drafts: readonly EventDraft[];
}

/**
 * An OTLP/HTTP receiver for traces, logs and metrics, in JSON and protobuf. Each service is an
 * organism; Claude Code's is shared with its hooks and transcripts.
 */
export function createOtlpReceiver(deps: ReceiverDeps): Omit<Receiver, 'kind'> {
  const intake = createSpanIntake(deps, async ({ service, drafts, cursors }) => {
    const carrier = carrierOf(service);
    const own = inOrganism(service, drafts);
    const hasCursors = Object.keys(cursors).length > 0;
    if (carrier === undefined && hasCursors) {
      await deps.deliver(service, { drafts: own, cursors });
      return;
    }
    if (own.length > 0) await deps.deliver(service, { drafts: own }, carrier);
    // Where we look after a restart is ours, whoever's keys the events have.
    if (hasCursors) await deps.deliver(service, { drafts: [], cursors });
  });

  async function take(signal: OtlpSignal, request: unknown): Promise<readonly string[]> {
    if (signal === 'traces') {
      const { items, unreadable } = readSpans(request);
      const [first] = items;
      await deliverRejects(
        first === undefined ? NO_SERVICE : serviceOf(first.resource),
        unreadable,
      );
      await intake.take(items);
      return unreadable;
    }
    const { parts, unreadable } = READERS[signal](request);
    await deliverRejects(parts[0]?.service ?? NO_SERVICE, unreadable);
    for (const { service, drafts } of parts) {
      if (drafts.length === 0) continue;
      await deps.deliver(service, { drafts: inOrganism(service, drafts) }, carrierOf(service));
    }
    return unreadable;
  }

  async function deliverRejects(service: string, unreadable: readonly string[]): Promise<void> {
    if (unreadable.length === 0) return;
    const rejects = unreadable.map(toReject);
    await deps.deliver(service, { drafts: [], rejects }, carrierOf(service));
  }

  async function receive(signal: OtlpSignal, { headers, body }: ReceivedRequest): Promise<Reply> {
    const type = contentTypeOf(headers);
    if (type === null) {
      const { detail } = UNSUPPORTED;
      const reply = refuse({ ...UNSUPPORTED, headers: {} }, headers);
      return {
        ...reply,
        refused: { reason: 'invalid-event', detail: `OTLP ${signal}: ${detail}` },
      };
    }
    const decoded = decode(signal, type, body);
    if (!decoded.ok) {
      const { reason, detail } = decoded;
      const reply = refuse({ status: 400, headers: {}, detail }, headers);
      return { ...reply, refused: { reason, detail } };
    }
    const unreadable = await take(signal, decoded.request);
    return success(signal, type, unreadable.length, unreadable[0] ?? '');
  }

  const endpoints = (['traces', 'logs', 'metrics'] as const).map((signal) => ({
    method: 'POST' as const,
    path: `/v1/${signal}`,
    maxBytes: MAX_REQUEST_BYTES,
    receive: (request: ReceivedRequest) => receive(signal, request),
    refuse,
  }));
  return { endpoints, start: () => intake.start(), stop: () => intake.stop() };
}

interface Reading {
  readonly parts: readonly ServicePart[];
  readonly unreadable: readonly string[];
}

const resourceOf = ({ resource }: { readonly resource: Attributes }): Attributes => resource;

const READERS: Readonly<Record<'logs' | 'metrics', (request: unknown) => Reading>> = {
  logs(request) {
    const { items, unreadable } = readLogs(request);
    const parts = [...byService(items, resourceOf)].map(([service, logs]) => {
      const drafts = logs.flatMap((log) => logDrafts(log) ?? []);
      const [first] = logs;
      if (first !== undefined && drafts.length > 0) {
        drafts.unshift(organismDraft(service, first.at, first.resource));
      }
      return { service, drafts };
    });
    return { parts, unreadable };
  },
  metrics(request) {
    const { items, unreadable } = readPoints(request);
    const parts = [...byService(items, resourceOf)].map(([service, points]) => {
      const drafts = points.map(pointDraft).filter((draft) => draft !== null);
      const [first] = points;
      if (first !== undefined && drafts.length > 0) drafts.unshift(pointOrganism(service, first));
      return { service, drafts };
    });
    return { parts, unreadable };
  },
};

/** Claude Code tells the same things by hooks and transcripts: they share one source of keys. */
function carrierOf(service: string): string | undefined {
  return service === CLAUDE_CODE ? CLAUDE_CODE : undefined;
}

type Decoded =
  | { readonly ok: true; readonly request: unknown }
  | ({ readonly ok: false } & RefusedBody);

function decode(signal: OtlpSignal, type: string, body: Buffer): Decoded {
  if (type === PROTOBUF) {
    try {
      return { ok: true, request: decodeRequest(signal, body) };
    } catch (cause) {
      const words = cause instanceof Error ? cause.message : String(cause);
      const detail = `OTLP ${signal}: not a protobuf request (${words})`;
      return { ok: false, reason: 'invalid-event', detail };
    }
  }
  if (body.length === 0) return { ok: true, request: {} };
  const parsed = parseBounded(body.toString('utf8'), {
    maxBytes: MAX_REQUEST_BYTES,
    source: `OTLP ${signal}`,
  });
  return parsed.ok ? { ok: true, request: parsed.value } : parsed;
}

function success(signal: OtlpSignal, type: string, rejected: number, errorMessage: string): Reply {
  if (type === PROTOBUF) {
    const body = encodeResponse(rejected, errorMessage);
    return { status: 200, headers: { 'content-type': PROTOBUF }, body };
  }
  const partialSuccess = { [REJECTED[signal]]: String(rejected), errorMessage };
  return jsonReply(200, rejected === 0 ? {} : { partialSuccess });
}

const UNSUPPORTED = { status: 415, detail: `Content-Type must be ${PROTOBUF} or ${JSON_TYPE}` };

/** In the encoding of the request; a failure of ours is one that the exporter sends again. */
function refuse(refusal: Refusal, sent: IncomingHttpHeaders): Reply {
  const { status, detail } = refusal;
  const isKnown = FINAL.has(status) || RETRYABLE.has(status);
  const words = isKnown ? status : 503;
  const headers = RETRYABLE.has(words) ? { ...COME_AGAIN, ...refusal.headers } : refusal.headers;
  if (contentTypeOf(sent) === PROTOBUF) {
    const body = encodeFailure(detail);
    return { status: words, headers: { ...headers, 'content-type': PROTOBUF }, body };
  }
  return jsonReply(words, { message: detail }, headers);
}

function contentTypeOf(headers: IncomingHttpHeaders): string | null {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  return type === PROTOBUF || type === JSON_TYPE ? type : null;
}

function toReject(detail: string) {
  return { reason: 'invalid-event' as const, detail: `OTLP ${detail}`, sample: '' };
}
