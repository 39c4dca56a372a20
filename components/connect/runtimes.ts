/** A kind of upstream Organoscope can watch, and the command that connects one. */
export interface Runtime {
  readonly kind: string;
  readonly name: string;
  /** What the reader must have running. */
  readonly needs: string;
  readonly command: string;
}

export const RUNTIMES: readonly Runtime[] = [
  {
    kind: 'agentserver',
    name: 'AgentServer',
    needs: 'Give the address its REST API and WebSocket answer at.',
    command: 'npm start -- --source agentserver+http://127.0.0.1:8080',
  },
  {
    kind: 'modelstat',
    name: 'modelstat SDK',
    needs: 'An unchanged SDK in local mode posts to port 4319. To see one at work:',
    command: 'npm run lab -- modelstat',
  },
  {
    kind: 'otlp',
    name: 'OpenTelemetry GenAI',
    needs: 'Point the exporter of an instrumented program at Organoscope (OTLP over HTTP).',
    command: 'export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4319',
  },
  {
    kind: 'openai-agents',
    name: 'OpenAI Agents SDK',
    needs: 'Point its exporter at /v1/traces/ingest; docs/sources/openai-agents.md has the lines.',
    command: 'npm run lab -- openai-agents',
  },
  {
    kind: 'claude-code',
    name: 'Claude Code',
    needs:
      'Its transcripts show all work on this machine; docs/sources/claude-code.md has telemetry and hooks.',
    command: 'npm start -- --source claude-code+file:///home/me/.claude/projects',
  },
  {
    kind: 'coder',
    name: 'Coder AI Bridge',
    needs: 'Set ORGANOSCOPE_SOURCE_CODER_KEY to an API token, then give the deployment.',
    command: 'npm start -- --source coder=coder+https://coder.example.com',
  },
  {
    kind: 'hermes',
    name: 'Hermes agent',
    needs: 'Its API server must be on; put API_SERVER_KEY into ORGANOSCOPE_SOURCE_HERMES_KEY.',
    command: 'npm start -- --source hermes+http://127.0.0.1:8642',
  },
  {
    kind: 'codex',
    name: 'Codex',
    needs: 'Its session files show all work on this machine; docs/sources/codex.md has its output.',
    command: 'npm start -- --source codex+file:///home/me/.codex/sessions',
  },
  {
    kind: 'organoscope',
    name: 'Another Organoscope',
    needs: 'Its organisms stand here beside the others; on another machine it needs its key.',
    command: 'npm start -- --source edge=organoscope+http://10.0.0.7:4319',
  },
  {
    kind: 'events',
    name: 'Any program',
    needs: 'Events of your own, one JSON object a line; docs/events.md describes them.',
    command:
      'curl -H "content-type: application/x-ndjson" --data-binary @events.ndjson http://127.0.0.1:4319/api/v1/events?source=mine',
  },
];

/** What people call a kind of source; one that is not in the list is shown as it is written. */
export function runtimeName(kind: string): string {
  return RUNTIMES.find((runtime) => runtime.kind === kind)?.name ?? kind;
}
