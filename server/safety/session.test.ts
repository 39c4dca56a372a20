import { describe, expect, it } from 'vitest';

import { DAY_MS } from '#organism/durations.ts';

import { createSessions, readCookie, sessionCookie, sessionCookieName } from './session.ts';

function setUp() {
  let time = 0;
  const sessions = createSessions({ elapsed: () => time });
  return { sessions, advance: (ms: number) => (time += ms) };
}

describe('sessions', () => {
  it('redeem a login token once', () => {
    const { sessions } = setUp();
    const token = sessions.issueToken();
    const id = sessions.redeem(token);
    expect(id).not.toBeNull();
    expect(sessions.isOpen(id!)).toBe(true);
    expect(sessions.redeem(token)).toBeNull();
  });

  it('know neither a made-up token nor a made-up id', () => {
    const { sessions } = setUp();
    expect(sessions.redeem('made-up')).toBeNull();
    expect(sessions.isOpen('made-up')).toBe(false);
  });

  it('do not take a token for a session', () => {
    const { sessions } = setUp();
    expect(sessions.isOpen(sessions.issueToken())).toBe(false);
  });

  it('end: by closing, and by age', () => {
    const { sessions, advance } = setUp();
    const closed = sessions.open();
    const old = sessions.open();
    sessions.close(closed);
    expect(sessions.isOpen(closed)).toBe(false);
    advance(7 * DAY_MS - 1);
    expect(sessions.isOpen(old)).toBe(true);
    advance(1);
    expect(sessions.isOpen(old)).toBe(false);
  });

  it('forget login links after a day', () => {
    const { sessions, advance } = setUp();
    const token = sessions.issueToken();
    advance(DAY_MS);
    expect(sessions.redeem(token)).toBeNull();
  });

  it('are bounded: the oldest gives way', () => {
    const { sessions } = setUp();
    const ids = Array.from({ length: 101 }, () => sessions.open());
    expect(sessions.isOpen(ids[0]!)).toBe(false);
    expect(sessions.isOpen(ids[1]!)).toBe(true);
    expect(sessions.isOpen(ids[100]!)).toBe(true);
  });
});

describe('the session cookie', () => {
  it('is for this port, this site and never for scripts', () => {
    const cookie = sessionCookie(4319, 'secret');
    expect(cookie).toContain('organoscope_4319=secret;');
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/']) expect(cookie).toContain(part);
  });

  it('is found among others', () => {
    const name = sessionCookieName(4319);
    expect(readCookie(`a=1; ${name}=x=y; b=2`, name)).toBe('x=y');
    expect(readCookie(`x${name}=1`, name)).toBeNull();
    expect(readCookie(undefined, name)).toBeNull();
  });
});
