import type { Random } from '#lab/agentserver/random.ts';

/** An answer in one of OpenAI's forms, as the blocks of its stream. */
export type AnswerForm = 'chat' | 'responses';

const CREATED = 1_777_111_300;
const MODEL = 'hermes-agent';

export function tellAnswer(random: Random, form: AnswerForm): string[] {
  const [read, written] = [random.int(300, 3000), random.int(10, 200)];
  const pieces = ['There is ', 'one file — 完了.'];
  return form === 'chat'
    ? chatBlocks(random, pieces, [read, written])
    : responseBlocks(random, pieces, [read, written]);
}

function chatBlocks(random: Random, pieces: string[], [read, written]: [number, number]): string[] {
  const id = `chatcmpl-${random.uuid()}`;
  const chunk = (delta: object, more: object = {}): string => {
    const choices = [{ index: 0, delta, finish_reason: null, ...more }];
    return data({ id, object: 'chat.completion.chunk', created: CREATED, model: MODEL, choices });
  };
  const usage = {
    prompt_tokens: read,
    completion_tokens: written,
    total_tokens: read + written,
  };
  const last = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage };
  return [
    chunk({ role: 'assistant' }),
    `event: hermes.tool.progress\n${data({ tool: 'terminal', emoji: '💻', label: 'ls' })}`,
    ': keepalive\n\n',
    ...pieces.map((content) => chunk({ content })),
    data({ id, object: 'chat.completion.chunk', created: CREATED, model: MODEL, ...last }),
    'data: [DONE]\n\n',
  ];
}

function responseBlocks(
  random: Random,
  pieces: string[],
  [read, written]: [number, number],
): string[] {
  const id = `resp_${random.uuid().replaceAll('-', '')}`;
  const callId = `call_${random.int(1, 99)}`;
  const response = { id, object: 'response', created_at: CREATED, model: MODEL };
  const call = {
    type: 'function_call',
    name: 'terminal',
    call_id: callId,
    arguments: '{"command":"ls"}',
  };
  const result = {
    type: 'function_call_output',
    call_id: callId,
    output: [{ type: 'input_text', text: 'README.md' }],
  };
  const content = [{ type: 'output_text', text: pieces.join('') }];
  const reply = { type: 'message', role: 'assistant', content };
  const usage = { input_tokens: read, output_tokens: written, total_tokens: read + written };
  const events = [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
    { type: 'response.output_item.added', item: { ...call, id: 'fc_1', status: 'in_progress' } },
    { type: 'response.output_item.done', item: { ...call, id: 'fc_1', status: 'completed' } },
    { type: 'response.output_item.added', item: { ...result, id: 'fco_1', status: 'completed' } },
    { type: 'response.output_item.done', item: { ...result, id: 'fco_1', status: 'completed' } },
    ...pieces.map((delta) => ({ type: 'response.output_text.delta', delta })),
    { type: 'response.output_text.done', text: pieces.join('') },
    { type: 'response.output_item.done', item: { ...reply, id: 'msg_1', status: 'completed' } },
    {
      type: 'response.completed',
      response: { ...response, status: 'completed', output: [call, result, reply], usage },
    },
  ];
  return events.map(
    (event, index) => `event: ${event.type}\n${data({ ...event, sequence_number: index })}`,
  );
}

function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
