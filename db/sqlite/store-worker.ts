import { Worker } from 'node:worker_threads';

import { StoreError } from '#db/store.ts';

import type { StoreFailure } from './store-failure.ts';
import { fromFailure } from './store-failure.ts';
import type { RpcClient, RpcMethods } from './worker-rpc.ts';
import { createRpcClient } from './worker-rpc.ts';

const CLOSED = new StoreError('closed', 'The store is closed');
/** A query that takes longer than this does not hold up the end. */
const STOP_TIMEOUT_MS = 5000;

/** Every store thread can be told to let go of its files. */
type Closable<M> = RpcMethods<M> & { close(): void };

/** A worker that has greeted: open and ready to be called. */
export interface StoreWorker<M extends Closable<M>, Greeting> {
  readonly greeting: Greeting;
  readonly rpc: RpcClient<M>;
  /**
   * Ends the thread once it has answered what it was asked before; one that takes too long over it
   * is cut off. Idempotent.
   */
  stop(): Promise<void>;
}

/** What a thread says unasked, at any time: something for the log, or that it can go on no more. */
type Unasked = { readonly notice: string } | { readonly fatal: StoreFailure };

type FirstMessage<Greeting> = { readonly greeting: Greeting } | { readonly refusal: StoreFailure };

/**
 * Starts a worker and waits for its greeting.
 * @param on.death the thread ended without having been stopped, or can promise nothing any more
 * @param on.notice the thread has something for the log
 * @throws StoreError with the worker's own reason when it cannot open the store
 */
export async function startStoreWorker<M extends Closable<M>, Greeting>(
  file: URL,
  workerData: unknown,
  on: { death(error: StoreError): void; notice(text: string): void },
): Promise<StoreWorker<M, Greeting>> {
  const worker = new Worker(file, { workerData });
  const greeting = await new Promise<Greeting>((resolve, reject) => {
    worker.once('message', (first: FirstMessage<Greeting>) => {
      if ('refusal' in first) reject(fromFailure(first.refusal));
      else resolve(first.greeting);
    });
    worker.once('error', (error) => reject(deadWorker(file, error)));
    worker.once('exit', () => reject(deadWorker(file)));
  });
  const rpc = createRpcClient<M>(worker);
  worker.on('message', (message: Unasked | { readonly id: number }) => {
    if ('notice' in message) on.notice(message.notice);
    if ('fatal' in message) on.death(fromFailure(message.fatal));
  });
  let stopping: Promise<void> | null = null;
  let hasEnded = false;

  const die = (cause?: unknown) => {
    const isFirst = !hasEnded && stopping === null;
    hasEnded = true;
    const error = isFirst ? deadWorker(file, cause) : CLOSED;
    rpc.fail(error);
    if (isFirst) on.death(error);
  };
  const ended = new Promise<void>((resolve) => {
    worker.on('error', die);
    worker.on('exit', () => {
      die();
      resolve();
    });
  });

  async function end(): Promise<void> {
    if (hasEnded) return;
    const closing = rpc.close();
    rpc.refuse(CLOSED);
    const timer = setTimeout(() => void worker.terminate(), STOP_TIMEOUT_MS);
    const [closed] = await Promise.allSettled([closing, ended]);
    clearTimeout(timer);
    if (closed.status === 'rejected' && closed.reason !== CLOSED) throw closed.reason;
  }

  return {
    greeting,
    rpc,
    stop() {
      stopping ??= end();
      return stopping;
    },
  };
}

function deadWorker(file: URL, cause?: unknown): StoreError {
  const name = file.pathname.split('/').at(-1) ?? 'worker';
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new StoreError('io', `The store's thread ${name} ended unexpectedly${reason}`, { cause });
}
