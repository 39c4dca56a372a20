import type { CommandArguments } from './arguments.ts';

/** A word after `organoscope` that does one thing and ends. */
export interface CliCommand {
  readonly name: string;
  /** The whole text of its `--help`. */
  readonly help: string;
  readonly takes: { readonly file: boolean; readonly json: boolean };
  /** @returns the exit code */
  run(args: CommandArguments, io: CliOutput): Promise<number>;
}

/** A command that reads its own arguments, `--help` among them. */
export interface OwnCommand {
  readonly name: string;
  /** @returns the exit code */
  run(
    argv: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
    io: CliOutput & { readonly complain: (line: string) => void },
  ): Promise<number>;
}

export interface CliOutput {
  /** A line of the result, to standard output. */
  readonly say: (line: string) => void;
  /** How far long work has come, to standard error; overwrites the last on a terminal. */
  readonly progress: (line: string) => void;
}

/** Exit codes: `DAMAGE` also when the work could not be done. */
export const HEALTHY = 0;
export const DAMAGE = 1;
export const USAGE = 2;
