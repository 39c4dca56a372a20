import { describe, expect, it } from 'vitest';

import css from './tokens.css?raw';

const SCHEMES = ['light', 'dark'] as const;
const TEXT = ['ink', 'ink-2', 'ink-3', 'accent'];
const STATES = ['idle', 'processing', 'waiting', 'error', 'paused', 'completed', 'unknown'];
const GRAPHICS = ['gauge', 'gauge-warning', 'gauge-final'];
const SERIES = Array.from({ length: 8 }, (_, index) => `series-${index + 1}`);

const [standard = '', contrast = ''] = css.split(':root.contrast');

describe.each([
  ['standard', readTokens(standard), 4.5, 3],
  ['high contrast', new Map([...readTokens(standard), ...readTokens(contrast)]), 7, 3],
])('%s theme', (_name, tokens, textRatio, graphicRatio) => {
  describe.each(SCHEMES)('%s', (scheme) => {
    const colour = (name: string) => tokens.get(name)?.[scheme] ?? '';

    it.each([...TEXT, ...STATES])('%s reads as text on both surfaces', (name) => {
      expect(ratio(colour(name), colour('canvas'))).toBeGreaterThanOrEqual(textRatio);
      expect(ratio(colour(name), colour('panel'))).toBeGreaterThanOrEqual(textRatio);
    });

    it.each([...GRAPHICS, ...SERIES])('%s is seen on a panel', (name) => {
      expect(ratio(colour(name), colour('panel'))).toBeGreaterThanOrEqual(graphicRatio);
    });
  });
});

it('measures contrast as WCAG does', () => {
  expect(ratio('#ffffff', '#000000')).toBeCloseTo(21, 5);
  expect(ratio('#777777', '#ffffff')).toBeLessThan(4.5);
  expect(Number.isNaN(ratio('', '#ffffff'))).toBe(true);
});

function readTokens(source: string): Map<string, { light: string; dark: string }> {
  const lines = source.matchAll(/--color-([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g);
  return new Map([...lines].map(([, name = '', light = '', dark = '']) => [name, { light, dark }]));
}

function ratio(a: string, b: string): number {
  const [low = Number.NaN, high = Number.NaN] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const [r = Number.NaN, g = Number.NaN, b = Number.NaN] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
