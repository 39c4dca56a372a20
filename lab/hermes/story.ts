import type { Random } from '#lab/agentserver/random.ts';

/** A run that is asked for one of these wants a permission first. */
const RISKY = /deploy|delete|clean/i;
const APPROVAL = {
  event: 'approval.request',
  command: 'rm -rf build',
  description: 'Delete the old build',
  pattern_key: 'rm -rf',
  choices: ['once', 'session', 'always', 'deny'],
};

/** The events of one run of an artificial agent, as the wire has them. */
export function tellRun(
  random: Random,
  { isNewer, input }: { isNewer: boolean; input: string },
): Record<string, unknown>[] {
  const events: Record<string, unknown>[] = [
    { event: 'message.delta', delta: "I'll look at " },
    { event: 'message.delta', delta: 'the tree first.' },
  ];
  const calls = random.int(1, 4);
  for (let call = 0; call < calls; call += 1) {
    const tool = random.pick(['terminal', 'web_search', 'read_file']);
    const isFailed = random.chance(0.15);
    events.push(
      { event: 'tool.started', tool, preview: random.pick(['git status', 'ls -la', null]) },
      { event: 'tool.completed', tool, duration: random.int(1, 900) / 1000, error: isFailed },
    );
  }
  if (isNewer && RISKY.test(input)) events.push(APPROVAL);
  events.push({ event: 'reasoning.available', text: 'Only the changelog needs an entry.' });
  if (isNewer && random.chance(0.5)) events.push(...helper(random));
  const output = random.pick(['The changelog is updated.', 'Nothing to do.', 'Fertig — 完了.']);
  const [read, reply] = [random.int(900, 9000), random.int(20, 700)];
  const usage = { input_tokens: read, output_tokens: reply, total_tokens: read + reply };
  const end = random.chance(0.1)
    ? { event: 'run.failed', error: 'Connection error.' }
    : { event: 'run.completed', output, usage };
  return [...events, { event: 'message.delta', delta: output }, end];
}

function helper(random: Random): Record<string, unknown>[] {
  const id = `sub_${random.int(0x1000, 0xffff).toString(16)}`;
  const facts = {
    subagent_id: id,
    goal: 'check the tests',
    child_session_id: `child_${id}`,
    depth: 1,
  };
  const tokens = { input_tokens: random.int(300, 3000), output_tokens: random.int(20, 200) };
  return [
    { event: 'subagent.start', ...facts },
    { event: 'subagent.complete', ...facts, status: 'completed', summary: 'all green', ...tokens },
  ];
}
