import { describe, expect, it } from 'vitest';

import { canonicalHost, createHostGuard } from './host-guard.ts';

describe('host guard', () => {
  const isAllowed = createHostGuard(['scope.example.com', 'pinned.example.com:8443']);

  it.each([
    'localhost',
    'LOCALHOST:4319',
    'localhost:1',
    '127.0.0.1:4319',
    '127.1:4319',
    '0x7f.0.0.1',
    '[::1]:4319',
    '[0:0:0:0:0:0:0:1]',
    'scope.example.com',
    'scope.example.com:9999',
    'pinned.example.com:8443',
  ])('takes %s', (host) => {
    expect(isAllowed([host])).toBe(true);
  });

  it.each([
    '',
    ' ',
    'evil.example',
    'localhost.evil.example',
    'evil-localhost',
    'localhost.',
    'scope.example.com.evil.example',
    'xscope.example.com',
    'pinned.example.com',
    'pinned.example.com:443',
    '127.0.0.2',
    '127.0.0.1.nip.io',
    '[::2]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
    'user@localhost',
    'localhost@evil.example',
    'localhost/path',
    'localhost?x',
    'localhost#x',
    'localhost\\evil.example',
    'localhost:port',
    'localhost:99999',
    '[::1',
    '%6cocalhost.evil',
    'a'.repeat(10_000),
    'http://localhost',
    'localhost, localhost',
    'xn--0-0',
    '\u0000',
  ])('refuses %j', (host) => {
    expect(isAllowed([host])).toBe(false);
  });

  it('refuses none and two', () => {
    expect(isAllowed([])).toBe(false);
    expect(isAllowed(['localhost', 'localhost'])).toBe(false);
  });

  it('keeps a port that was named, also the default one', () => {
    expect(canonicalHost('localhost:80')).toEqual({ hostname: 'localhost', port: '80' });
    expect(canonicalHost('localhost')).toEqual({ hostname: 'localhost', port: '' });
  });
});
