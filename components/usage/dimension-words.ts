import type { UsageDimension } from '#components/api/use-usage.ts';

export const DIMENSION_WORDS: Record<
  UsageDimension,
  { readonly one: string; readonly many: string; readonly none: string; readonly all: string }
> = {
  model: { one: 'model', many: 'models', none: 'no model', all: 'All models' },
  agent: { one: 'agent', many: 'agents', none: 'no agent', all: 'All agents' },
  org: { one: 'org', many: 'orgs', none: 'no org', all: 'All orgs' },
  provider: { one: 'provider', many: 'providers', none: 'no provider', all: 'All providers' },
  billing: { one: 'billing', many: 'kinds of billing', none: 'unknown', all: 'All billing' },
};

export function capitalise(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
