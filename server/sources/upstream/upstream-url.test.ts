import dns from 'node:dns';

import { expect, test } from 'vitest';

import { AppError } from '#server/app-error.ts';

import { guardedLookup, parseUpstreamUrl } from './upstream-url.ts';

test.for([
  'ftp://127.0.0.1/',
  'file:///etc/passwd',
  'ws://127.0.0.1:8080',
  'javascript:alert(1)',
  'gopher://127.0.0.1:6379/_FLUSHALL',
  'http://user:secret@127.0.0.1:8080',
  'http://user@127.0.0.1:8080',
  'http://169.254.169.254/latest/meta-data',
  'http://[fe80::1]:8080',
  'http://[fd00:ec2::254]/',
  'http://[::ffff:169.254.169.254]/',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'not a url',
  '',
])('refuses %s', (text) => {
  expect(() => parseUpstreamUrl(text)).toThrow(AppError);
});

test('a refusal does not repeat the password', () => {
  expect(() => parseUpstreamUrl('http://user:hunter2@127.0.0.1')).not.toThrow(/hunter2/);
});

test('keeps a base path and an organism selection, and shows neither query nor slash', () => {
  const url = parseUpstreamUrl('http://127.0.0.1:8080/desk/?organism=a#x');
  expect(url.shown).toBe('http://127.0.0.1:8080/desk');
  expect(url.rest('/api/v1/agents', { limit: 5 }).href).toBe(
    'http://127.0.0.1:8080/desk/api/v1/agents?organism=a&limit=5',
  );
  expect(url.socket().href).toBe('ws://127.0.0.1:8080/desk/ws?organism=a');
  expect(parseUpstreamUrl('https://host').socket().href).toBe('wss://host/ws');
});

test('a name may resolve to loopback, as the resolver says', async () => {
  const expected = await dns.promises.lookup('localhost', { all: true });
  const resolved = await new Promise((resolve) => {
    guardedLookup('localhost', { all: true }, (_error, addresses) => resolve(addresses));
  });
  expect(resolved).toEqual(expected);
});
