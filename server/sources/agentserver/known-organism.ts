import type { DraftOf } from '#organism/event.ts';

import type { Stamper } from '../upstream/stamper.ts';
import type { WireOrganism } from './wire.ts';

/** Counters alone are no news: they are written down this often, and once when the clock is set back. */
const COUNTERS_EVERY_MS = 60_000;

/** The organism as last told, so that only changes become events. */
export function createKnownOrganism(stamp: Stamper) {
  let told: { readonly identity: string; readonly counters: string; readonly at: number } | null =
    null;
  return {
    /** @returns a draft when something changed, else null */
    observe(reading: {
      organism: WireOrganism;
      startedAt: number;
      readAt: number;
      config: Readonly<Record<string, unknown>> | null;
    }): DraftOf<'organism'> | null {
      const { organism, startedAt, readAt, config } = reading;
      const { name, status, uptimeSeconds, identityConfigured, ...counts } = organism;
      const identity = JSON.stringify([name, status, identityConfigured, startedAt, config]);
      const counters = JSON.stringify(counts);
      const isQuiet =
        told !== null &&
        told.identity === identity &&
        (told.counters === counters || Math.abs(readAt - told.at) < COUNTERS_EVERY_MS);
      if (isQuiet) return null;
      told = { identity, counters, at: readAt };
      return {
        type: 'organism',
        key: `organism:${stamp(readAt).tail}`,
        occurredAt: readAt,
        name,
        status,
        uptimeSeconds: Math.max(0, uptimeSeconds),
        identityConfigured,
        startedAt,
        ...counts,
        config: config === null ? undefined : { ...config },
      };
    },
  };
}
