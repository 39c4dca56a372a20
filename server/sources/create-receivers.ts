import { createClaudeCodeEndpoints } from './claude-code/claude-code-receiver.ts';
import { createCodexEndpoints } from './codex/codex-receiver.ts';
import { createModelstatEndpoints } from './modelstat/modelstat-receiver.ts';
import { createOpenAiAgentsReceiver } from './openai-agents/openai-agents-receiver.ts';
import { createOtlpReceiver } from './otlp/otlp-receiver.ts';
import type { Receiver, ReceiverDeps } from './receiver.ts';

/** The one place that knows which upstreams may post to us, by kind. */
const KINDS: Readonly<Record<string, (deps: ReceiverDeps) => Omit<Receiver, 'kind'>>> = {
  'claude-code': (deps) => ({ endpoints: createClaudeCodeEndpoints(deps) }),
  codex: (deps) => ({ endpoints: createCodexEndpoints(deps) }),
  modelstat: (deps) => ({ endpoints: createModelstatEndpoints(deps) }),
  'openai-agents': createOpenAiAgentsReceiver,
  otlp: createOtlpReceiver,
};

/** @param depsOf what the runtime gives the receiver of a kind */
export function createReceivers(depsOf: (kind: string) => ReceiverDeps): readonly Receiver[] {
  return Object.entries(KINDS).map(([kind, create]) => ({ kind, ...create(depsOf(kind)) }));
}
