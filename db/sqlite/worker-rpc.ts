import type { MessagePort, Worker } from 'node:worker_threads';

import type { StoreError } from '#db/store.ts';

import type { StoreFailure } from './store-failure.ts';
import { fromFailure, toFailure } from './store-failure.ts';

/** Calls to a worker by method name. Values cross by structured clone: plain data only. */

export type RpcMethods<M> = { [K in keyof M]: (...args: never[]) => unknown };

interface Call<M> {
  readonly id: number;
  readonly method: keyof M;
  readonly args: readonly never[];
}

type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: StoreFailure };

export interface RpcClient<M extends RpcMethods<M>> {
  call<K extends keyof M>(method: K, ...args: Parameters<M[K]>): Promise<Awaited<ReturnType<M[K]>>>;
  /** The last call: the thread answers what came before, then this, then ends. */
  close(): Promise<unknown>;
  /** Calls under way. */
  readonly pending: number;
  /** Rejects every later call; what is under way may finish. */
  refuse(error: StoreError): void;
  /** Rejects what is under way as well. */
  fail(error: StoreError): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: StoreError): void;
}

export function createRpcClient<M extends RpcMethods<M>>(worker: Worker): RpcClient<M> {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let refusal: StoreError | null = null;

  worker.on('message', (answer: Answer | { readonly id?: undefined }) => {
    if (answer.id === undefined) return;
    const caller = waiting.get(answer.id);
    if (caller === undefined) return;
    waiting.delete(answer.id);
    if ('failure' in answer) caller.reject(fromFailure(answer.failure));
    else caller.resolve(answer.value);
  });

  function send(method: keyof M | 'close', args: readonly unknown[], caller: Waiting): void {
    if (refusal !== null) return caller.reject(refusal);
    lastId += 1;
    worker.postMessage({ id: lastId, method, args }, []);
    waiting.set(lastId, caller);
  }

  return {
    get pending() {
      return waiting.size;
    },
    call<K extends keyof M>(method: K, ...args: Parameters<M[K]>) {
      return new Promise<Awaited<ReturnType<M[K]>>>((resolve, reject) => {
        send(method, args, { resolve, reject });
      });
    },
    close() {
      return new Promise((resolve, reject) => {
        send('close', [], { resolve, reject });
      });
    },
    refuse(error) {
      refusal ??= error;
    },
    fail(error) {
      refusal ??= error;
      for (const caller of waiting.values()) caller.reject(refusal);
      waiting.clear();
    },
  };
}

/**
 * Answers calls one after the other, in their order; a method may be async. After `close` the thread
 * has nothing left to wait for and ends.
 * @param atOnce methods that are answered while an earlier call still waits for something
 */
export function serveRpc<M extends RpcMethods<M>>(
  port: MessagePort,
  methods: M,
  atOnce: readonly (keyof M)[] = [],
): void {
  let tail: Promise<void> = Promise.resolve();
  port.on('message', (call: Call<M>) => {
    if (atOnce.includes(call.method)) void answer(call);
    else tail = tail.then(() => answer(call));
  });

  async function answer({ id, method, args }: Call<M>): Promise<void> {
    try {
      const value: unknown = await methods[method](...args);
      port.postMessage({ id, value } satisfies Answer, memoryOf(value));
    } catch (error) {
      port.postMessage({ id, failure: toFailure(error, `run ${String(method)}`) } satisfies Answer);
    }
    if (method === 'close') port.close();
  }
}

/** A text written for the caller moves to its thread, however long it is; all else is copied. */
function memoryOf(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null || !('json' in value)) return [];
  const { json } = value;
  return json instanceof Uint8Array && json.buffer instanceof ArrayBuffer ? [json.buffer] : [];
}
