/** Commands to the process that plays dashboards, and its answers. */
export type DashboardsCommand =
  | {
      readonly do: 'start';
      readonly url: string;
      readonly count: number;
      /** Asked in this order, each dashboard from another one on. */
      readonly paths: readonly string[];
      /** Between an answer and the next question. */
      readonly pauseMs: number;
    }
  | { readonly do: 'report' };

export interface DashboardsReport {
  readonly answers: number;
  /** Of all answers. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Of each path, worst first. */
  readonly slowest: readonly { readonly path: string; readonly p99Ms: number }[];
  /** What was not answered with 200. */
  readonly failures: readonly string[];
}
