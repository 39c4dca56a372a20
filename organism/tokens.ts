import type { TokenClasses } from './token-classes.ts';

export type { TokenClasses } from './token-classes.ts';

/** More than any one call or budget can mean; larger is hostile or broken input. */
export const MAX_TOKENS = 1e12;

/** In the order in which they are counted and shown. */
export const TOKEN_CLASSES = [
  'inputFresh',
  'cacheRead',
  'cacheWrite',
  'outputVisible',
  'reasoning',
] as const satisfies readonly (keyof TokenClasses)[];

export const ZERO_TOKENS: TokenClasses = {
  inputFresh: 0,
  cacheRead: 0,
  cacheWrite: 0,
  outputVisible: 0,
  reasoning: 0,
};

export function promptTokens(tokens: TokenClasses): number {
  return tokens.inputFresh + tokens.cacheRead + tokens.cacheWrite;
}

export function completionTokens(tokens: TokenClasses): number {
  return tokens.outputVisible + tokens.reasoning;
}

export function totalTokens(tokens: TokenClasses): number {
  return promptTokens(tokens) + completionTokens(tokens);
}

export function addTokens(a: TokenClasses, b: TokenClasses): TokenClasses {
  return {
    inputFresh: a.inputFresh + b.inputFresh,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    outputVisible: a.outputVisible + b.outputVisible,
    reasoning: a.reasoning + b.reasoning,
  };
}

export function subtractTokens(a: TokenClasses, b: TokenClasses): TokenClasses {
  return {
    inputFresh: a.inputFresh - b.inputFresh,
    cacheRead: a.cacheRead - b.cacheRead,
    cacheWrite: a.cacheWrite - b.cacheWrite,
    outputVisible: a.outputVisible - b.outputVisible,
    reasoning: a.reasoning - b.reasoning,
  };
}
