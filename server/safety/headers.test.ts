import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

import { DATA_HEADERS, secureHeaders } from './headers.ts';

function policyOfOneResponse(): { sent: string; forNext: string; res: ServerResponse } {
  const req = new IncomingMessage(new Socket());
  const res = new ServerResponse(req);
  secureHeaders(req, res);
  const sent = String(res.getHeader('content-security-policy'));
  return { sent, forNext: String(req.headers['content-security-policy']), res };
}

describe('security headers', () => {
  it('carry a fresh nonce that Next is told', () => {
    const first = policyOfOneResponse();
    const second = policyOfOneResponse();
    expect(first.sent).toMatch(/script-src 'self' 'nonce-[\w+/=]{24}' 'strict-dynamic'/);
    expect(first.forNext).toBe(first.sent);
    expect(second.sent).not.toBe(first.sent);
  });

  it('allow no foreign source, frame, base or plugin', () => {
    const { sent, res } = policyOfOneResponse();
    for (const directive of [
      "default-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "form-action 'self'",
      "connect-src 'self'",
    ]) {
      expect(sent).toContain(directive);
    }
    expect(sent).not.toMatch(/script-src[^;]*unsafe/);
    expect(res.getHeader('x-content-type-options')).toBe('nosniff');
    expect(res.getHeader('referrer-policy')).toBe('no-referrer');
    expect(res.getHeader('cross-origin-opener-policy')).toBe('same-origin');
  });
});

it('let an answer of data load nothing and be framed by nobody', () => {
  const names = DATA_HEADERS.filter((_, index) => index % 2 === 0);
  const { res } = policyOfOneResponse();
  expect(names).toEqual(expect.arrayContaining(res.getHeaderNames()));
  const policy = DATA_HEADERS[DATA_HEADERS.indexOf('content-security-policy') + 1];
  expect(policy).toBe("default-src 'none'; frame-ancestors 'none'");
});
