import { z } from 'zod';

import type { BillingReport } from '../exports/billing.ts';
import { billingCsv, billingFileName, billingJson, readBillingReport } from '../exports/billing.ts';
import { describeFocus } from '../exports/focus-columns.ts';
import { focusCsv, focusFileName } from '../exports/focus.ts';
import type { ApiDeps } from './api-deps.ts';
import { organismIdOf } from './api-deps.ts';
import {
  choiceParam,
  organismParam,
  textParam,
  timeParam,
  toRange,
  zoneParam,
} from './parameters.ts';
import type { Route } from './route.ts';
import { defineRoute } from './route.ts';
import { DAY_DIMENSIONS, billingParam } from './usage-report-routes.ts';

const JSON_TYPE = 'application/json';
const CSV_TYPE = 'text/csv';

/** Of what the file is. */
const scopeParams = {
  organism: organismParam,
  start_time: timeParam,
  end_time: timeParam,
  org_id: textParam,
  agent_id: textParam,
  model: textParam,
  provider: textParam,
  billing: billingParam,
};

export function exportRoutes(deps: ApiDeps): Route[] {
  return [billingRoute(deps), focusRoute(deps)];
}

function billingRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/exports/billing',
    summary: 'The bill by day and group as a file; it adds up to the billing summary exactly',
    query: z.object({
      ...scopeParams,
      format: choiceParam(['csv', 'json']),
      timezone: zoneParam,
      group_by: choiceParam(DAY_DIMENSIONS),
    }),
    answer: z
      .object({
        report: z.record(z.string(), z.unknown()),
        rows: z.array(z.record(z.string(), z.unknown())),
      })
      .meta({ id: 'BillingExport' }),
    contentTypes: [CSV_TYPE, JSON_TYPE],
    problems: [404],
    async handle({ query }) {
      const { from, to } = toRange(query);
      const report = await readBillingReport(
        { store: deps.store, now: deps.now },
        {
          organismId: organismIdOf(deps, query.organism),
          org: query.org_id ?? null,
          agent: query.agent_id ?? null,
          model: query.model ?? null,
          provider: query.provider ?? null,
          billing: query.billing ?? null,
          from: from ?? null,
          to: to ?? null,
          timezone: query.timezone,
          groupBy: query.group_by ?? 'model',
        },
      );
      return fileResponse(report, query.format ?? 'csv');
    },
  });
}

function focusRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/exports/focus',
    summary: 'The bill by UTC day, agent, model and token class in the columns of FOCUS',
    query: z.object({ ...scopeParams, format: choiceParam(['csv', 'metadata']) }),
    answer: z.record(z.string(), z.unknown()).meta({ id: 'FocusMetadata' }),
    contentTypes: [CSV_TYPE, JSON_TYPE],
    problems: [404],
    async handle({ query }) {
      if (query.format === 'metadata') return describeFocus();
      const scope = {
        organismId: organismIdOf(deps, query.organism),
        ...toRange(query),
        org: query.org_id,
        agent: query.agent_id,
        model: query.model,
        provider: query.provider,
        billing: query.billing,
      };
      return new Response(streamOf(focusCsv(deps.store, scope)), {
        headers: fileHeaders('csv', focusFileName(scope)),
      });
    },
  });
}

function fileResponse(report: BillingReport, format: 'csv' | 'json'): Response {
  const chunks = format === 'csv' ? billingCsv(report) : billingJson(report);
  const { total } = report;
  return new Response(streamOf(chunks), {
    headers: {
      ...fileHeaders(format, billingFileName(report, format)),
      'x-organoscope-rows': String(report.days.length),
      'x-organoscope-cost-nanos': String(total.costNanos),
      'x-organoscope-unpriced-requests': String(total.unpricedRequests),
      'x-organoscope-unpriced-tokens': String(total.unpricedTokens),
      'x-organoscope-timezone': report.scope.timezone,
    },
  });
}

function fileHeaders(format: 'csv' | 'json', name: string): Record<string, string> {
  return {
    'content-type': format === 'csv' ? `${CSV_TYPE}; charset=utf-8; header=present` : JSON_TYPE,
    'content-disposition': `attachment; filename="${name}"`,
  };
}

/** Each piece is made when the one before it was taken. */
function streamOf(chunks: Generator<string> | AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}
