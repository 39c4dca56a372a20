import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { createKeyCheck, loadControlKey } from './key.ts';

const freshDir = (): string => mkdtempSync(path.join(tmpdir(), 'organoscope-key-'));

describe('the control key', () => {
  it('is made at the first start, for the owner alone, and kept', () => {
    const dataDir = path.join(freshDir(), 'made', 'deep');
    const first = loadControlKey({ configured: undefined, dataDir });
    expect(first).toMatchObject({ isNew: true, file: path.join(dataDir, 'key') });
    expect(Buffer.from(first.value, 'base64url')).toHaveLength(32);
    expect(statSync(path.join(dataDir, 'key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(path.join(dataDir, 'key'), 'utf8').trim()).toBe(first.value);
    const second = loadControlKey({ configured: undefined, dataDir });
    expect(second).toEqual({ value: first.value, file: first.file, isNew: false });
  });

  it('differs between installations', () => {
    const one = loadControlKey({ configured: undefined, dataDir: freshDir() });
    const other = loadControlKey({ configured: undefined, dataDir: freshDir() });
    expect(one.value).not.toBe(other.value);
  });

  it('is the configured one, which is never written down', () => {
    const dataDir = freshDir();
    const key = loadControlKey({ configured: 'configured-key-0123', dataDir });
    expect(key).toEqual({ value: 'configured-key-0123', file: null, isNew: false });
    expect(() => statSync(path.join(dataDir, 'key'))).toThrow(/ENOENT/);
  });

  it('refuses an empty file rather than run without a key', () => {
    const dataDir = freshDir();
    writeFileSync(path.join(dataDir, 'key'), '\n');
    expect(() => loadControlKey({ configured: undefined, dataDir })).toThrow(/is empty/);
  });

  it('compares the whole key', () => {
    const isKey = createKeyCheck('a-key-of-some-length');
    expect(isKey('a-key-of-some-length')).toBe(true);
    for (const wrong of ['', 'a', 'a-key-of-some-lengtH', 'a-key-of-some-length ', 'clé']) {
      expect(isKey(wrong)).toBe(false);
    }
  });
});
