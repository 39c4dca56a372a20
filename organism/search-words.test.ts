import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { foldText, matchesSearch, parseSearch, payloadText, wordsOf } from './search-words.ts';

const finds = (text: string, search: string) => matchesSearch(wordsOf(text), parseSearch(search));

describe('words', () => {
  it.each([
    ['Fix the flaky test in parser.py', 'flaky', true],
    ['Fix the flaky test in parser.py', 'PARSER', true],
    ['Fix the flaky test in parser.py', 'test par', true],
    ['Fix the flaky test in parser.py', 'py parser', true],
    // Only the last word may be begun, and no word may be entered in its middle.
    ['Fix the flaky test in parser.py', 'fla test', false],
    ['Fix the flaky test in parser.py', 'arser', false],
    ['snake_case and kebab-case', 'case_and', true],
    ['Écris un résumé', 'resume', true],
    ['Écris un resume', 'résumé', true],
    ['Übergabe', 'uber', true],
    ['ΣΎΓΚΡΙΝΕ τις προτάσεις', 'συγκρινε', true],
    ['日本語の要約を作って', '要約', true],
    ['日本語の要約を作って', '約要', false],
    ['日本語の要約を作って', '語', true],
    ['日本語の要約を作って', 'て', true],
    ['GPT模型很好', '模型 gpt', true],
    ['done 🙂', '🙂', true],
    ['price 1,234.50', '1,234', true],
    ['anything', '', false],
    ['anything', '%_"', false],
    ['a'.repeat(100), 'a'.repeat(60), true],
  ])('of %j found by %j: %j', (text, search, expected) => {
    expect(finds(text, search)).toBe(expected);
  });

  it('a text is found by any of its words, by all of them, and by the start of the last', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (text, pick) => {
        const words = [...wordsOf(text)];
        const word = words[pick % Math.max(1, words.length)];
        if (word === undefined) return;
        expect(finds(text, word)).toBe(true);
        expect(finds(text, text)).toBe(true);
        expect(finds(text, Array.from(word).slice(0, 1).join(''))).toBe(true);
        // What a quick look for letters rules out, the words rule out too.
        expect(foldText(text)).toContain(word);
      }),
      { numRuns: 300 },
    );
  });
});

describe('payloadText', () => {
  it('has texts, numbers and keys in their order, whatever the shape', () => {
    const payload = { text: 'one', list: ['two', { deep: 3 }], no: null, yes: true };
    expect(payloadText(payload)).toBe('text one list two deep 3 no yes true');
    expect(payloadText('plain')).toBe('plain');
    expect(payloadText(undefined)).toBe('');
  });

  it('ends somewhere, whatever is sent', () => {
    const payload = Array.from({ length: 50_000 }, (_, i) => `word${i}`);
    expect(payloadText(payload).length).toBeLessThanOrEqual(100_001);
  });
});
