import { z } from 'zod';

import type { Attributes, OtlpSpan } from './wire.ts';

/** A span as it is stored while it waits. */

const attributesSchema = z
  .record(z.string(), z.unknown())
  .transform((values) => new Map(Object.entries(values)));
const writtenSchema = z.object({
  resource: attributesSchema,
  scope: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().nullable(),
  kind: z.number(),
  name: z.string(),
  startAt: z.number(),
  endAt: z.number(),
  attributes: attributesSchema,
  isError: z.boolean(),
  statusMessage: z.string(),
  events: z.array(z.object({ name: z.string(), at: z.number(), attributes: attributesSchema })),
});

/** @param redact of all that may be a text of somebody; the rest is ids and times */
export function writeSpan(span: OtlpSpan, redact: (value: unknown) => unknown): unknown {
  const { traceId, spanId, parentSpanId, startAt, endAt, isError, kind } = span;
  const texts = redact({
    resource: toRecord(span.resource),
    scope: span.scope,
    name: span.name,
    attributes: toRecord(span.attributes),
    statusMessage: span.statusMessage,
    events: span.events.map((event) => ({ ...event, attributes: toRecord(event.attributes) })),
  });
  return { ...Object(texts), traceId, spanId, parentSpanId, kind, startAt, endAt, isError };
}

/** Null for what another version wrote in another way. */
export function readWrittenSpan(written: unknown): OtlpSpan | null {
  return writtenSchema.safeParse(written).data ?? null;
}

function toRecord(attributes: Attributes): Record<string, unknown> {
  return Object.fromEntries(attributes);
}
