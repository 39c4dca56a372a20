/** What went wrong, as a word callers may branch on. Metric names and HTTP statuses depend on these. */
export type AppErrorCode =
  | 'invalid-setting'
  | 'port-taken'
  | 'data-locked'
  | 'data-not-writable'
  | 'data-newer-schema'
  | 'data-corrupt'
  | 'build-failed'
  | 'demo-failed';

/** An error whose message is safe and plain enough to show to whoever started the program. */
export class AppError extends Error {
  readonly code: AppErrorCode;
  constructor(code: AppErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
  }
}
