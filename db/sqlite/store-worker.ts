import { Worker } from 'node:worker_threads';

import { StoreError } from '#db/store.ts';

import type { StoreFailure } from './store-failure.ts';
import { fromFailure } from './store-failure.ts';
import type { RpcClient, RpcMethods } from './worker-rpc.ts';
import { createRpcClient } from './worker-rpc.ts';

/** A worker that has greeted: open and ready to be called. */
export interface StoreWorker<M extends RpcMethods<M>, Greeting> {
  readonly greeting: Greeting;
  readonly rpc: RpcClient<M>;
  /** Ends the thread; calls under way are rejected as `closed`. */
  stop(): Promise<void>;
}

/** Something for the log; may come at any time. */
interface Notice {
  readonly notice: string;
}

type FirstMessage<Greeting> = { readonly greeting: Greeting } | { readonly refusal: StoreFailure };

/**
 * Starts a worker and waits for its greeting.
 * @param on.death the thread ended without having been stopped
 * @param on.notice the thread has something for the log
 * @throws StoreError with the worker's own reason when it cannot open the store
 */
export async function startStoreWorker<M extends RpcMethods<M>, Greeting>(
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
  worker.on('message', (message: Notice | { readonly id: number }) => {
    if ('notice' in message) on.notice(message.notice);
  });
  let isStopping = false;

  const die = (cause?: unknown) => {
    if (isStopping) return;
    isStopping = true;
    const error = deadWorker(file, cause);
    rpc.fail(error);
    on.death(error);
  };
  worker.on('error', die);
  worker.on('exit', () => die());

  return {
    greeting,
    rpc,
    async stop() {
      isStopping = true;
      rpc.fail(new StoreError('closed', 'The store is closed'));
      await worker.terminate();
    },
  };
}

function deadWorker(file: URL, cause?: unknown): StoreError {
  const name = file.pathname.split('/').at(-1) ?? 'worker';
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new StoreError('io', `The store's thread ${name} ended unexpectedly${reason}`, { cause });
}
