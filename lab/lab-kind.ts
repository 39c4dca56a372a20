/** An artificial upstream that `npm run lab -- KIND` can start. */
export interface LabKind {
  /** One line for the list of kinds. */
  readonly summary: string;
  /** Its options, as `--help` shows them. */
  readonly usage: string;
  /**
   * Reads its own options and begins.
   * @throws Error naming the argument that is wrong
   */
  start(args: readonly string[]): Promise<RunningLab>;
}

export interface RunningLab {
  /** What it says once it runs: `listening http://…` of a server, `sending to http://…` of a client. */
  readonly ready: string;
  stop(): Promise<void>;
}
