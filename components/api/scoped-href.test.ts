import { expect, it } from 'vitest';

import { scopedHref } from './scoped-href.ts';

const NOWHERE = { organism: null, timezone: null };
const DESK = { organism: 'desk', timezone: 'Asia/Kolkata' };

it('leaves an address alone when there is nothing to take along', () => {
  expect(scopedHref('/threads?status=active', NOWHERE)).toBe('/threads?status=active');
});

it('takes the organism and the zone along', () => {
  expect(scopedHref('/agents', DESK)).toBe('/agents?organism=desk&timezone=Asia%2FKolkata');
});

it('keeps what the address says itself, and its fragment', () => {
  expect(scopedHref('/agents?organism=lab#usage', DESK)).toBe(
    '/agents?organism=lab&timezone=Asia%2FKolkata#usage',
  );
});

it('keeps a name with odd characters as it was encoded', () => {
  const path = `/agents/${encodeURIComponent('a/b?c#d')}`;
  expect(scopedHref(path, NOWHERE)).toBe('/agents/a%2Fb%3Fc%23d');
});
