import type { SourceKind } from '../settings.ts';
import { createAgentServerSource } from './agentserver/agentserver-source.ts';
import { createClaudeCodeSource } from './claude-code/claude-code-source.ts';
import { createCoderSource } from './coder/coder-source.ts';
import { createCodexSource } from './codex/codex-source.ts';
import { createHermesSource } from './hermes/hermes-source.ts';
import { createOrganoscopeSource } from './organoscope/organoscope-source.ts';
import type { Source, SourceDeps } from './source.ts';

/** What every kind of source is made from. */
export interface SourceConfig {
  readonly name: string;
  readonly kind: SourceKind;
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly organismId: string;
  /** Milliseconds between two readings while someone watches. */
  readonly pollBudgetsMs: number;
  readonly pollUsageMs: number;
  /** Between two pings over a socket. */
  readonly pingMs: number;
}

/** The one place that knows which adapter belongs to which kind. */
export function createSource(config: SourceConfig, deps: SourceDeps): Source {
  const { kind, pollBudgetsMs, pollUsageMs, pingMs, ...common } = config;
  switch (kind) {
    case 'agentserver':
      return createAgentServerSource(
        { ...common, intervals: { budgetsMs: pollBudgetsMs, usageMs: pollUsageMs, pingMs } },
        deps,
      );
    case 'claude-code':
      return createClaudeCodeSource(common, deps);
    case 'coder':
      return createCoderSource(common, deps);
    case 'codex':
      return createCodexSource(common, deps);
    case 'hermes':
      return createHermesSource(common, deps);
    case 'organoscope':
      return createOrganoscopeSource(common, deps);
  }
}
