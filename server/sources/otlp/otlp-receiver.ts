import type { IncomingHttpHeaders } from 'node:http';

import type { EventDraft } from '#organism/event.ts';
import { parseBounded } from '#server/ingest/limits.ts';

import { CLAUDE_CODE } from '../claude-code/keys.ts';
import { inOrganism, organismDraft } from '../drafts.ts';
import type { Endpoint, ReceivedRequest, ReceiverDeps, Refusal, Reply } from '../receiver.ts';
import { jsonReply } from '../receiver.ts';
import { logDrafts } from './log-drafts.ts';
import { pointDraft, pointOrganism } from './point-drafts.ts';
import type { OtlpSignal } from './protobuf-schema.ts';
import { decodeRequest, encodeFailure, encodeResponse } from './protobuf-schema.ts';
import { createSpanBook } from './span-book.ts';
import { serviceOf, spanDrafts } from './span-drafts.ts';
import type { Attributes, Read } from './wire.ts';
import { readLogs, readPoints, readSpans } from './wire.ts';

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
const FINAL: ReadonlySet<number> = new Set([400, 401, 403, 413, 415]);
/** Spans of these services are internal noise or repeat what their logs say: they are not billed. */
const CODEX_SERVICE = /^codex/;

/** What one request of one service comes to. */
interface ServicePart {
  readonly service: string;
  readonly drafts: readonly EventDraft[];
}

/**
 * An OTLP/HTTP receiver for traces, logs and metrics, in JSON and protobuf. Each service is an
 * organism; Claude Code's is shared with its hooks and transcripts.
 */
export function createOtlpEndpoints(deps: ReceiverDeps): readonly Endpoint[] {
  const book = createSpanBook();

  const readers: Readonly<Record<OtlpSignal, (request: unknown) => Reading>> = {
    traces(request) {
      const read = readSpans(request);
      const parts = [...groupByService(read.items)].map(([service, spans]) => {
        if (CODEX_SERVICE.test(service)) return { service, drafts: [], ignored: spans.length };
        return { service, ...spanDrafts(spans, book) };
      });
      return toReading(read, parts);
    },
    logs(request) {
      const read = readLogs(request);
      const parts = [...groupByService(read.items)].map(([service, logs]) => {
        const made = logs.map(logDrafts);
        const drafts = made.flatMap((own) => own ?? []);
        const [first] = logs;
        if (first !== undefined && drafts.length > 0) {
          drafts.unshift(organismDraft(service, first.at, first.resource));
        }
        return { service, drafts, ignored: made.filter((own) => own === null).length };
      });
      return toReading(read, parts);
    },
    metrics(request) {
      const read = readPoints(request);
      const parts = [...groupByService(read.items)].map(([service, points]) => {
        const made = points.map(pointDraft);
        const drafts = made.filter((draft) => draft !== null);
        const [first] = points;
        if (first !== undefined && drafts.length > 0) drafts.unshift(pointOrganism(service, first));
        return { service, drafts, ignored: made.length - drafts.length };
      });
      return toReading(read, parts);
    },
  };

  async function receive(signal: OtlpSignal, { headers, body }: ReceivedRequest): Promise<Reply> {
    const type = contentTypeOf(headers);
    if (type === null) return refuse({ ...UNSUPPORTED, headers: {} }, headers);
    const decoded = decode(signal, type, body);
    if (!decoded.ok) return refuse({ status: 400, headers: {}, detail: decoded.detail }, headers);
    const { parts, unreadable } = readers[signal](decoded.request);
    for (const [index, { service, drafts }] of parts.entries()) {
      const rejects = index === 0 ? unreadable.map(toReject) : [];
      if (drafts.length + rejects.length === 0) continue;
      const delivery = { drafts: inOrganism(service, drafts), rejects };
      await deps.deliver(service, delivery, carrierOf(service));
    }
    const detail = unreadable[0] ?? '';
    return success(signal, type, unreadable.length, detail);
  }

  return (['traces', 'logs', 'metrics'] as const).map((signal) => ({
    method: 'POST',
    path: `/v1/${signal}`,
    maxBytes: MAX_REQUEST_BYTES,
    receive: (request) => receive(signal, request),
    refuse,
  }));
}

interface Reading {
  readonly parts: readonly ServicePart[];
  readonly unreadable: readonly string[];
}

function toReading(read: Read<unknown>, parts: readonly ServicePart[]): Reading {
  const isSilent = parts.length === 0 && read.unreadable.length > 0;
  // Nothing readable at all still has to be counted somewhere.
  return {
    parts: isSilent ? [{ service: 'unknown_service', drafts: [] }] : parts,
    unreadable: read.unreadable,
  };
}

/** Claude Code tells the same things by hooks and transcripts: they share one source of keys. */
function carrierOf(service: string): string | undefined {
  return service === CLAUDE_CODE ? CLAUDE_CODE : undefined;
}

function groupByService<T extends { readonly resource: Attributes }>(
  items: readonly T[],
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const service = serviceOf(item.resource);
    const own = groups.get(service);
    if (own === undefined) groups.set(service, [item]);
    else own.push(item);
  }
  return groups;
}

type Decoded =
  | { readonly ok: true; readonly request: unknown }
  | { readonly ok: false; readonly detail: string };

function decode(signal: OtlpSignal, type: string, body: Buffer): Decoded {
  if (type === PROTOBUF) {
    try {
      return { ok: true, request: decodeRequest(signal, body) };
    } catch (cause) {
      const words = cause instanceof Error ? cause.message : String(cause);
      return { ok: false, detail: `OTLP ${signal}: not a protobuf request (${words})` };
    }
  }
  if (body.length === 0) return { ok: true, request: {} };
  const parsed = parseBounded(body.toString('utf8'), {
    maxBytes: MAX_REQUEST_BYTES,
    source: `OTLP ${signal}`,
  });
  return parsed.ok ? { ok: true, request: parsed.value } : { ok: false, detail: parsed.detail };
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
function refuse({ status, headers, detail }: Refusal, sent: IncomingHttpHeaders): Reply {
  const isKnown = FINAL.has(status) || RETRYABLE.has(status);
  const words = isKnown ? status : 503;
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
