/** How often each thing is read over REST or asked over the socket, in milliseconds. */
export interface Intervals {
  /** Messages, while the socket does not bring them. */
  readonly messagesMs: number;
  /** The organism, its agents and its threads, while the socket brings their changes. */
  readonly overviewLiveMs: number;
  /** The same while nothing else brings them. */
  readonly overviewPollingMs: number;
  readonly budgetsMs: number;
  readonly usageMs: number;
  /** Between two pings over the socket. */
  readonly pingMs: number;
}

export const DEFAULT_INTERVALS: Intervals = {
  messagesMs: 1000,
  overviewLiveMs: 5000,
  overviewPollingMs: 2000,
  budgetsMs: 2000,
  usageMs: 5000,
  pingMs: 20_000,
};
