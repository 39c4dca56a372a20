import { z } from 'zod';

export function wholeNumber(min: number, max: number) {
  return z.coerce.number().int().min(min).max(max);
}

/** @throws RangeError naming the flag and what was expected */
export function readLabOptions<S extends z.ZodType>(schema: S, values: unknown): z.output<S> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RangeError(`--${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
}
