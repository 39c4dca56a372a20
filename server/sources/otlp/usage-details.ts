import { asRecord } from '../plain-values.ts';
import { parsed } from './gen-ai-messages.ts';
import type { Attributes } from './wire.ts';

/** LangChain's counts, which LangSmith passes on as JSON in one attribute, or the parts in two. */
const WHOLE = 'langsmith.usage_metadata';
const INPUT = 'gen_ai.usage.input_token_details';
const OUTPUT = 'gen_ai.usage.output_token_details';

/** The same attributes, with counts that were inside of others; what stands for itself stays. */
export function withDetails(attributes: Attributes): Attributes {
  const isPlain = !attributes.has(WHOLE) && !attributes.has(INPUT) && !attributes.has(OUTPUT);
  if (isPlain) return attributes;
  const whole = asRecord(parsed(attributes.get(WHOLE)));
  const input = asRecord(parsed(attributes.get(INPUT)) ?? whole['input_token_details']);
  const output = asRecord(parsed(attributes.get(OUTPUT)) ?? whole['output_token_details']);
  const found = Object.entries({
    'gen_ai.usage.input_tokens': whole['input_tokens'],
    'gen_ai.usage.output_tokens': whole['output_tokens'],
    'gen_ai.usage.cache_read.input_tokens': input['cache_read'],
    'gen_ai.usage.cache_creation.input_tokens': input['cache_creation'],
    'gen_ai.usage.reasoning.output_tokens': output['reasoning'],
  }).filter(([, value]) => value !== undefined);
  return new Map<string, unknown>([...found, ...attributes]);
}
