/** Why we end a socket. The one place that knows the WebSocket's numbers. */
export const CLOSE = {
  stopping: { code: 1001, reason: 'the server is stopping' },
  badFrame: { code: 1003, reason: 'expected a text frame' },
  notAllowed: { code: 1008, reason: 'no longer allowed to read' },
  noResume: { code: 1008, reason: 'no resume command in time' },
  unreadable: { code: 1013, reason: 'the organism cannot be read now; connect again' },
  tooSlow: { code: 1013, reason: 'reading too slowly; connect again' },
} as const;
export type CloseCause = keyof typeof CLOSE;
