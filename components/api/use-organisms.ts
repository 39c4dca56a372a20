'use client';

import type { OrganismList } from '#organism/api/resources.ts';
import { organismListSchema } from '#organism/api/resources.ts';

import { type Resource, useResource } from './use-resource.ts';

/** Every organism the server knows. */
export function useOrganisms(): Resource<OrganismList> {
  return useResource(organismListSchema, '/organisms', {}, { refreshMs: 10_000 });
}
