'use client';

import { useSyncExternalStore } from 'react';

const TICK_MS = 1000;

// One timer for every relative time on the page; it runs only while someone looks.
const listeners = new Set<() => void>();
let now: number | null = null;
let timer: ReturnType<typeof setInterval> | undefined;

/** The present, once a second, or null on the server and during hydration. */
export function useNow(): number | null {
  return useSyncExternalStore(subscribe, readNow, readNothing);
}

function readNow(): number {
  now ??= Date.now();
  return now;
}

function readNothing(): null {
  return null;
}

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

function start(): void {
  if (timer !== undefined || document.hidden) return;
  now = Date.now();
  timer = setInterval(tick, TICK_MS);
}

function pause(): void {
  clearInterval(timer);
  timer = undefined;
}

function followVisibility(): void {
  if (document.hidden) pause();
  else {
    start();
    tick();
  }
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) document.addEventListener('visibilitychange', followVisibility);
  listeners.add(listener);
  start();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    pause();
    document.removeEventListener('visibilitychange', followVisibility);
  };
}
