/** A long `codex exec --json`: turns of a command, an answer and the counters so far. */
export function createExecLines(count: number): string[] {
  const lines = [line({ type: 'thread.started', thread_id: 'bench-thread' })];
  for (let turn = 1; lines.length < count; turn += 1) lines.push(...turnLines(turn));
  return lines.slice(0, count);
}

function turnLines(turn: number): string[] {
  const command = {
    id: `item_${turn}_0`,
    type: 'command_execution',
    command: "/bin/bash -lc 'npm test'",
  };
  const running = { ...command, aggregated_output: '', exit_code: null, status: 'in_progress' };
  const output = 'ok 1 - adds up\nok 2 - takes away\n';
  const done = { ...command, aggregated_output: output, exit_code: 0, status: 'completed' };
  const said = { id: `item_${turn}_1`, type: 'agent_message', text: 'All tests pass.' };
  const usage = {
    input_tokens: turn * 9000,
    cached_input_tokens: turn * 8000,
    output_tokens: turn * 300,
    reasoning_output_tokens: turn * 20,
  };
  return [
    line({ type: 'turn.started' }),
    line({ type: 'item.started', item: running }),
    line({ type: 'item.completed', item: done }),
    line({ type: 'item.completed', item: said }),
    line({ type: 'turn.completed', usage }),
  ];
}

function line(value: object): string {
  return JSON.stringify(value);
}
