import type { Random } from '#lab/agentserver/random.ts';

/** An artificial program with the OpenAI Agents SDK: its workflows as the exporter posts them. */

const WORKFLOW = 'Customer desk';
const USERS = ['ann', 'bob', 'eve'] as const;
const GROUPS = 5;
const MODELS = ['gpt-5.1', 'gpt-5.1-mini', 'gpt-4.1'] as const;
const SPECIALISTS = [
  { agent: 'Refunds', tool: 'look_up_order', arguments: { order: 4711 }, result: 'delivered' },
  { agent: 'Shipping', tool: 'track_parcel', arguments: { parcel: 'P-17' }, result: 'in transit' },
  { agent: 'Accounts', tool: 'read_profile', arguments: { user: 'u1' }, result: 'verified' },
] as const;
const ANSWERS = [
  'The refund is on its way.',
  'It arrives on Friday.',
  'Your address is up to date.',
] as const;
const FAILURE = 'Error running tool: request timed out';

export interface AgentsStory {
  /** The trace and the spans of one workflow that ended now. */
  nextTrace(now: number): readonly object[];
}

export function createAgentsStory(random: Random): AgentsStory {
  const hexId = (digits: number): string => random.uuid().replaceAll('-', '').slice(0, digits);

  /** Counts of one model call; the cache lies inside the input, reasoning inside the output. */
  function callUsage() {
    const input = random.int(300, 6000);
    const output = random.int(30, 900);
    return {
      input_tokens: input,
      output_tokens: output,
      details: {
        input_tokens_details: { cached_tokens: random.int(0, input) },
        output_tokens_details: { reasoning_tokens: random.int(0, output) },
      },
    };
  }

  return {
    nextTrace(now) {
      const traceId = `trace_${hexId(32)}`;
      const specialist = random.pick(SPECIALISTS);
      const isFailed = random.chance(0.08);
      const startedAt = now - random.int(800, 6000);
      const span = (parent: string | null, data: object, error: object | null = null) => ({
        object: 'trace.span',
        id: `span_${hexId(24)}`,
        trace_id: traceId,
        parent_id: parent,
        started_at: new Date(startedAt).toISOString(),
        ended_at: new Date(now).toISOString(),
        span_data: data,
        error,
      });
      const usage = callUsage();
      const totals = { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens };
      const task = span(null, summary('task', { name: WORKFLOW, usage: totals }));
      const triage = span(task.id, { type: 'agent', name: 'Triage', handoffs: [specialist.agent] });
      const handoff = span(triage.id, {
        type: 'handoff',
        from_agent: 'Triage',
        to_agent: specialist.agent,
      });
      const agent = span(task.id, {
        type: 'agent',
        name: specialist.agent,
        tools: [specialist.tool],
      });
      const turn = span(agent.id, summary('turn', { agent_name: specialist.agent, usage: totals }));
      const generation = span(turn.id, {
        type: 'generation',
        model: random.pick(MODELS),
        usage,
        output: [{ role: 'assistant', content: random.pick(ANSWERS) }],
      });
      const call = span(
        turn.id,
        {
          type: 'function',
          name: specialist.tool,
          input: JSON.stringify(specialist.arguments),
          output: isFailed ? null : specialist.result,
        },
        isFailed ? { message: FAILURE, data: { tool_name: specialist.tool } } : null,
      );
      const trace = {
        object: 'trace',
        id: traceId,
        workflow_name: WORKFLOW,
        group_id: `conv_${random.int(1, GROUPS)}`,
        metadata: { user: random.pick(USERS) },
      };
      // Spans leave as they end: the inner ones first.
      return [trace, handoff, triage, generation, call, turn, agent, task];
    },
  };
}

/** Turns and tasks leave the process as custom spans. */
function summary(type: 'turn' | 'task', data: object): object {
  return { type: 'custom', name: type, data: { sdk_span_type: type, ...data } };
}
