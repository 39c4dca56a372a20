import { describe, expect, it } from 'vitest';

import { amendPayload } from './amend-message.ts';

const excerpt = { prompt: 'ask', completion: 'ans…', model: 'm' };
const full = { prompt: 'ask', completion: 'answer at length', model: 'm' };

describe('amendPayload', () => {
  it('takes the longer text, in whatever order', () => {
    expect(amendPayload(excerpt, full)).toEqual(full);
    expect(amendPayload(full, excerpt)).toBeNull();
  });

  it('never mixes two tellings of what was said', () => {
    const whole = { text: 'one long block of everything that was said' };
    expect(amendPayload(excerpt, whole)).toEqual({ ...whole, model: 'm' });
    expect(amendPayload({ text: 'ask … ans' }, full)).toEqual(full);
  });

  it('fills what was absent and leaves what both tell', () => {
    const next = { prompt: 'a', cwd: '/w', model: 'other', git: null, files: [] };
    expect(amendPayload({ ...excerpt, cwd: null }, next)).toEqual({ ...excerpt, cwd: '/w' });
  });

  it('has nothing to say of a telling without anything new', () => {
    expect(amendPayload(excerpt, excerpt)).toBeNull();
    expect(amendPayload(excerpt, { git: null, files: [] })).toBeNull();
    expect(amendPayload('text', full)).toBeNull();
    expect(amendPayload(excerpt, [])).toBeNull();
  });

  it('comes to the same after any replay', () => {
    const amended = amendPayload(excerpt, { ...full, cwd: '/w' });
    for (const again of [excerpt, full, { cwd: '/w' }]) {
      expect(amendPayload(amended, again)).toBeNull();
    }
  });
});
