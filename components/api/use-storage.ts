'use client';

import type { Storage } from '#organism/api/storage.ts';
import { storageSchema } from '#organism/api/storage.ts';

import { type Resource, useResource } from './use-resource.ts';

/** How the store is: its size, its disk, its backups, and what it no longer keeps. */
export function useStorage(): Resource<Storage> {
  return useResource(storageSchema, '/storage', {}, { refreshMs: 10_000 });
}
