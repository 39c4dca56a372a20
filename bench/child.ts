import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A process of ours that answers commands, one at a time. */
export interface Child<Command, Reply> {
  ask(command: Command): Promise<Reply>;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/**
 * Starts a module that says `{id: 0}` when it is ready and answers `{id, …command}` with `{id, …reply}`.
 * @throws Error when it ends before it is ready
 */
export async function startChild<Command extends object, Reply>(
  file: string,
  args: readonly string[] = [],
): Promise<Child<Command, Reply>> {
  const child = fork(file, args, { serialization: 'advanced' });
  running.add(child);
  const waiting = new Map<
    number,
    { resolve: (reply: Reply) => void; reject: (e: Error) => void }
  >();
  let lastId = 0;
  const ended = (async () => {
    const [code] = await once(child, 'exit');
    running.delete(child);
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended with code ${code}`));
  })();
  const ready = new Promise<Reply>((resolve, reject) => waiting.set(0, { resolve, reject }));
  child.on('message', (reply: Reply & { readonly id: number }) => {
    waiting.get(reply.id)?.resolve(reply);
    waiting.delete(reply.id);
  });
  await ready;
  return {
    pid: child.pid ?? 0,
    ask: (command) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        child.send({ ...command, id: lastId });
      }),
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
