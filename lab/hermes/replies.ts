import { HOUR_MS } from '#organism/durations.ts';

/** What the real server answers, in its words. */
export interface LabReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function refusal(status: number, message: string, code: string | null = null): LabReply {
  const type = status >= 500 ? 'server_error' : 'invalid_request_error';
  return { status, body: { error: { message, type, param: null, code } } };
}

export const CAPABILITIES = {
  object: 'hermes.api_server.capabilities',
  platform: 'hermes-agent',
  model: 'hermes-agent',
  auth: { type: 'bearer', required: true },
  features: {
    run_submission: true,
    run_status: true,
    run_events_sse: true,
    run_stop: true,
    run_steer: true,
    run_approval_response: true,
    approval_events: true,
    session_resources: true,
    reasoning_streaming: false,
    runs_idempotency: { supported: true, durable: true, retention_seconds: 86_400 },
  },
};

export const MODELS = {
  object: 'list',
  data: [{ id: 'hermes-agent', object: 'model', created: 1_777_111_200, owned_by: 'hermes' }],
};

/** @param startedAt when the server started: its jobs ran before it, and will run after it */
export function jobsAt(startedAt: number): object {
  const at = (hours: number): string => new Date(startedAt + hours * HOUR_MS).toISOString();
  const job = { enabled: true, state: 'scheduled', last_delivery_error: null };
  return {
    jobs: [
      {
        ...job,
        id: '3f9c0a1b2c4d',
        name: 'nightly report',
        schedule: { kind: 'cron', expr: '0 2 * * *', display: '0 2 * * *' },
        schedule_display: '0 2 * * *',
        repeat: { times: null, completed: 12 },
        next_run_at: at(11),
        last_run_at: at(-13),
        last_status: 'ok',
        last_error: null,
      },
      {
        ...job,
        id: 'a0b1c2d3e4f5',
        name: 'hourly probe',
        schedule: { kind: 'interval', minutes: 60, display: 'every 60m' },
        schedule_display: 'every 60m',
        repeat: { times: 48, completed: 7 },
        next_run_at: at(0.7),
        last_run_at: at(-0.3),
        last_status: 'error',
        last_error: 'Connection error.',
      },
    ],
  };
}

export function healthOf(isNewer: boolean, activeAgents: number): Record<string, unknown> {
  const platforms = { api_server: { state: 'connected', error_code: null, error_message: null } };
  const base = { status: 'ok', platform: 'hermes-agent', gateway_state: 'running', platforms };
  const newer = isNewer ? { version: '0.9.0', gateway_busy: activeAgents > 0 } : {};
  return { ...base, ...newer, active_agents: activeAgents, exit_reason: null, pid: 4121 };
}
