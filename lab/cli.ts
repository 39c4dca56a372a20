import { agentServerKind } from './agentserver/lab-kind.ts';
import { claudeCodeKind } from './claude-code/lab-kind.ts';
import { coderKind } from './coder/lab-kind.ts';
import { codexKind } from './codex/lab-kind.ts';
import { hermesKind } from './hermes/lab-kind.ts';
import type { LabKind, RunningLab } from './lab-kind.ts';
import { modelstatKind } from './modelstat/lab-kind.ts';
import { openAiAgentsKind } from './openai-agents/lab-kind.ts';
import { otlpKind } from './otlp/lab-kind.ts';

/** Every artificial upstream, by the word that starts it. */
const KINDS: Readonly<Record<string, LabKind>> = {
  agentserver: agentServerKind,
  'claude-code': claudeCodeKind,
  coder: coderKind,
  codex: codexKind,
  hermes: hermesKind,
  modelstat: modelstatKind,
  'openai-agents': openAiAgentsKind,
  otlp: otlpKind,
};

const EXIT_WITH_PARENT = '--exit-with-parent';

export interface LabRun {
  readonly args: readonly string[];
  readonly write: (line: string) => void;
  readonly writeError: (line: string) => void;
}

/** Runs until SIGTERM or SIGINT, or until the parent is gone; exits 1 on anything it cannot do. */
export async function runLab({ args, write, writeError }: LabRun): Promise<void> {
  try {
    const [name = '', ...rest] = args;
    const isHelp = args.some((arg) => arg === '--help' || arg === '-h');
    const kind = Object.entries(KINDS).find(([known]) => known === name)?.[1];
    if (isHelp) return write(kind === undefined ? listKinds() : kind.usage);
    if (kind === undefined) throw new RangeError(`unknown kind "${name}"; ${listKinds()}`);
    const running = await kind.start(rest.filter((arg) => arg !== EXIT_WITH_PARENT));
    write(running.ready);
    stopOnSignals(running, rest.includes(EXIT_WITH_PARENT));
  } catch (cause) {
    writeError(cause instanceof Error ? cause.message : String(cause));
    process.exitCode = 1;
  }
}

function listKinds(): string {
  const rows = Object.entries(KINDS).map(([name, { summary }]) => `  ${name.padEnd(16)}${summary}`);
  return [
    'Usage: npm run lab -- KIND [options]',
    '',
    ...rows,
    '',
    `  ${EXIT_WITH_PARENT}   stop when standard input closes`,
    '  KIND --help          the options of a kind',
  ].join('\n');
}

function stopOnSignals(lab: RunningLab, exitsWithParent: boolean): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    void lab.stop().finally(() => process.exit());
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (exitsWithParent) process.stdin.once('close', stop).once('end', stop).resume();
}
