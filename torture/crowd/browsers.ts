/**
 * Browsers without pages: the live socket that pages use, on real WebSockets, each line of output a
 * change of what a person would see. `browsers.ts URL KEY ORGANISM COUNT`.
 */
import { WebSocket } from 'ws';

import { createLiveSocket } from '#components/live/live-socket.ts';
import { LIVE_SUBPROTOCOL } from '#organism/live/protocol.ts';

const [url = '', key = '', organism = '', count = '1'] = process.argv.slice(2);

function openBrowser(n: number): void {
  let position: { epoch: string; since: number } | null = null;
  const socket = createLiveSocket({
    organism,
    store: {
      position: () => position,
      forgetPosition() {
        position = null;
      },
      receive(frame) {
        if (frame.kind === 'batch' && frame.from !== position?.since) return 'gap';
        position = { epoch: frame.epoch, since: frame.to };
        return 'fits';
      },
      setStatus({ kind }) {
        process.stdout.write(`${JSON.stringify({ n, status: kind })}\n`);
      },
    },
    openSocket: () =>
      new WebSocket(`${url.replace('http', 'ws')}/ws`, LIVE_SUBPROTOCOL, {
        headers: { authorization: `Bearer ${key}` },
      }),
    now: () => performance.now(),
    setTimer(task, delayMs) {
      const timer = setTimeout(task, delayMs);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    isOnline: () => true,
    watchWake: () => () => undefined,
  });
  socket.start();
}

for (let n = 0; n < Number(count); n += 1) openBrowser(n);
// Whoever started us is gone: so are we.
process.stdin.once('end', () => process.exit()).resume();
