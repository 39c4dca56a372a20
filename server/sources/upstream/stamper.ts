/** A key's tail and a time of ours, for observations the upstream gives neither. */
export interface Stamp {
  readonly tail: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * Stamps for what the upstream gives no identity: our time, and a tail no other start of this
 * source repeats even when the clock is set back.
 */
export type Stamper = (at?: number) => Stamp;

export function createStamper(deps: { now: () => number; random: () => number }): Stamper {
  const start = Math.floor(deps.now()).toString(36);
  const salt = Math.floor(deps.random() * 36 ** 6).toString(36);
  let counter = 0;
  return (at = deps.now()) => {
    counter += 1;
    return { tail: `${start}-${salt}-${counter}`, at };
  };
}
