/** One moment of a system call in a log of `strace -f -y -o`: when it was made, or when it was done. */
export interface SyscallMoment {
  readonly name: string;
  /** Path behind the first argument, as `-y` shows it: a file, or `socket:[…]`. */
  readonly path: string;
  readonly phase: 'made' | 'done';
  /** The line as it is. */
  readonly text: string;
}

const WHOLE = /^(\d+) +(\w+)\(\d+<([^>]*)>.*\) += /;
const MADE = /^(\d+) +(\w+)\(\d+<([^>]*)>.*<unfinished \.\.\.>$/;
const DONE = /^(\d+) +<\.\.\. (\w+) resumed>/;

/** Reads the lines in their order; a call that nothing came between is two moments in a row. */
export function* readSyscalls(lines: Iterable<string>): Generator<SyscallMoment> {
  const unfinished = new Map<string, SyscallMoment>();
  for (const text of lines) {
    const done = DONE.exec(text);
    if (done !== null) {
      const [, thread = ''] = done;
      const made = unfinished.get(thread);
      unfinished.delete(thread);
      if (made !== undefined) yield { ...made, phase: 'done', text };
      continue;
    }
    const whole = WHOLE.exec(text);
    const [, thread, name, path] = whole ?? MADE.exec(text) ?? [];
    if (thread === undefined || name === undefined || path === undefined) continue;
    const made: SyscallMoment = { name, path, phase: 'made', text };
    yield made;
    if (whole === null) unfinished.set(thread, made);
    else yield { ...made, phase: 'done' };
  }
}
