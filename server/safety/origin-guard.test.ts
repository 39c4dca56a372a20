import { describe, expect, it } from 'vitest';

import { createOriginGuard } from './origin-guard.ts';

describe('origin guard', () => {
  const isAllowed = createOriginGuard({
    allowed: ['scope.example.com', 'pinned.example.com:8443'],
    port: () => 4319,
  });

  it.each([
    'http://localhost:4319',
    'http://127.0.0.1:4319',
    'http://[::1]:4319',
    'http://scope.example.com:4319',
    'http://scope.example.com',
    'https://scope.example.com',
    'https://pinned.example.com:8443',
  ])('takes %s', (origin) => {
    expect(isAllowed(origin)).toBe(true);
  });

  it.each([
    'null',
    '',
    '*',
    'file://',
    'http://localhost',
    'http://localhost:3000',
    'https://localhost:4319',
    'http://localhost:43190',
    'http://localhost:4319/',
    'HTTP://localhost:4319',
    'http://localhost:4319@evil.example',
    'http://localhost.evil.example:4319',
    'http://evil.example',
    'https://scope.example.com.evil.example',
    'https://pinned.example.com',
    'chrome-extension://abcdef',
    'http://[::1',
    'http://127.1:4319',
    'ws://localhost:4319',
  ])('refuses %j', (origin) => {
    expect(isAllowed(origin)).toBe(false);
  });
});
