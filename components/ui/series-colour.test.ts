import { expect, it } from 'vitest';

import { assignSeriesColours, REST_COLOUR, SERIES_COUNT, seriesColour } from './series-colour.ts';

const MODELS = ['claude-opus-4.5', 'gpt-5.1', 'gemini-3-pro', 'qwen3-coder', 'mistral-large'];

it('gives an id the same colour wherever it is asked for', () => {
  expect(seriesColour('gpt-5.1')).toEqual(seriesColour('gpt-5.1'));
  expect(assignSeriesColours(['gpt-5.1']).get('gpt-5.1')).toEqual(seriesColour('gpt-5.1'));
});

it('never shows two series of one chart in one colour', () => {
  const ids = Array.from({ length: SERIES_COUNT }, (_, index) => `model-${index}`);
  for (const shown of [MODELS, ids]) {
    const colours = [...assignSeriesColours(shown).values()].map((colour) => colour.css);
    expect(new Set(colours).size).toBe(shown.length);
  }
});

it('gives the rest colour past the palette', () => {
  const ids = Array.from({ length: SERIES_COUNT + 2 }, (_, index) => `model-${index}`);
  const colours = [...assignSeriesColours(ids).values()];
  expect(colours.slice(SERIES_COUNT)).toEqual([REST_COLOUR, REST_COLOUR]);
});

it('spreads ids over the whole palette', () => {
  const used = new Set(
    Array.from({ length: 200 }, (_, index) => seriesColour(`thread-${index}`).css),
  );
  expect(used.size).toBe(SERIES_COUNT);
});
