'use client';

import { createContext, use, useEffect, useState } from 'react';

import { LIVE_SUBPROTOCOL } from '#organism/live/protocol.ts';

import { createLiveSocket, type LiveSocket } from './live-socket.ts';
import { createLiveStore, type LiveStore } from './live-store.ts';

/** A hidden page paints nothing; its picture is still folded this often. */
const HIDDEN_FRAME_MS = 500;

interface Live {
  readonly store: LiveStore;
  readonly socket: LiveSocket;
}

const LiveContext = createContext<Live | null>(null);

/** One live picture for the tree below: of the named organism, or of the server's first. */
export function LiveProvider(props: { organism: string | null; children: React.ReactNode }) {
  return (
    <LiveOrganism key={props.organism ?? ''} organism={props.organism}>
      {props.children}
    </LiveOrganism>
  );
}

function LiveOrganism(props: { organism: string | null; children: React.ReactNode }) {
  const [live] = useState(() => createBrowserLive(props.organism));
  // External system: the server's WebSocket.
  useEffect(() => {
    live.socket.start();
    return () => live.socket.stop();
  }, [live]);
  return <LiveContext value={live}>{props.children}</LiveContext>;
}

export function useLiveContext(): Live {
  const live = use(LiveContext);
  if (live === null) throw new Error('live hooks need a LiveProvider above them');
  return live;
}

function createBrowserLive(organism: string | null): Live {
  const now = () => Date.now();
  const store = createLiveStore({ now, scheduleFrame });
  const socket = createLiveSocket({
    // Read when dialling: rendering on the server has no location.
    openSocket: () =>
      new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws`, LIVE_SUBPROTOCOL),
    organism,
    store,
    now,
    setTimer(task, delayMs) {
      const timer = setTimeout(task, delayMs);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    isOnline: () => navigator.onLine,
    watchWake,
  });
  return { store, socket };
}

/** Before the next paint, or soon where nothing is painted: whichever comes first. */
function scheduleFrame(task: () => void): void {
  let isDone = false;
  const run = () => {
    if (isDone) return;
    isDone = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    task();
  };
  const frame = requestAnimationFrame(run);
  const timer = setTimeout(run, HIDDEN_FRAME_MS);
}

function watchWake(onWake: () => void): () => void {
  const onVisible = () => {
    if (!document.hidden) onWake();
  };
  document.addEventListener('visibilitychange', onVisible);
  window.addEventListener('focus', onWake);
  window.addEventListener('online', onWake);
  return () => {
    document.removeEventListener('visibilitychange', onVisible);
    window.removeEventListener('focus', onWake);
    window.removeEventListener('online', onWake);
  };
}
