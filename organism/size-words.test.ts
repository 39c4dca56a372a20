import { expect, it } from 'vitest';

import { sizeWords } from './size-words.ts';

const GIB = 2 ** 30;

it.each([
  [0, '0 bytes'],
  [1023, '1023 bytes'],
  [1536, '1.5 KiB'],
  [5 * GIB, '5.0 GiB'],
  [3000 * 1024 * GIB, '3000.0 TiB'],
])('%d bytes', (bytes, words) => expect(sizeWords(bytes)).toBe(words));
