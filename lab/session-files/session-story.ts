/** A coding agent at work, as the files that it writes tell of it. */
export interface SessionStory {
  /**
   * Begins a session.
   * @param at epoch milliseconds
   */
  begin(at: number): SessionScript;
}

export interface SessionScript {
  /**
   * What is written next, one step of the agent; empty when the session is over.
   * @param at epoch milliseconds
   */
  next(at: number): readonly Writing[];
}

/** Lines for the end of a file. */
export interface Writing {
  /** From the folder, with slashes. */
  readonly file: string;
  /** Without their ends. */
  readonly lines: readonly string[];
}

/** One call of a model that a story has told to its end, with tokens as its runtime counts them. */
export interface ToldCall {
  readonly id: string;
  readonly at: number;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}
