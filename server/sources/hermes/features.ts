import { z } from 'zod';

/** What an instance offers beyond the base version. */
export interface Features {
  readonly names: readonly string[];
  has(name: string): boolean;
}

const flagged = z.union([z.literal(true), z.looseObject({ supported: z.literal(true) })]);

/** @param features of `/v1/capabilities`; null: the base version, which has no such page */
export function readFeatures(features: Readonly<Record<string, unknown>> | null): Features {
  const names = Object.entries(features ?? {})
    .filter(([, value]) => flagged.safeParse(value).success)
    .map(([name]) => name)
    .slice(0, 100);
  return { names, has: (name) => names.includes(name) };
}
