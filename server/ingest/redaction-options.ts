import { createHash } from 'node:crypto';

import { RE2JS } from 're2js';

import { AppError } from '../app-error.ts';
import type { PatternRule } from './redaction-catalogue.ts';
import {
  CARRIED_RULES,
  CATALOGUE_VERSION,
  PII_RULES,
  SHAPED_RULES,
} from './redaction-catalogue.ts';
import type { RedactionProfile } from './redaction-engine.ts';
import { normaliseKeyName } from './redaction-keys.ts';

export interface RedactorOptions {
  readonly profile: RedactionProfile;
  readonly extraRules?: readonly ExtraRule[] | undefined;
  /** Names whose values are masked, in any of camelCase, snake_case or kebab-case. */
  readonly extraKeyNames?: readonly string[] | undefined;
}

/** A rule of the operator's own: what RE2 matches becomes `[REDACTED:label]`. */
export interface ExtraRule {
  readonly label: string;
  readonly pattern: string;
}

export const KEY_NAME_LABEL = 'key_name';
export const OVERSIZE_LABEL = 'oversize';

const MAX_EXTRAS = 200;
const MAX_PATTERN_CHARS = 1000;

const BUILT_IN_LABELS: ReadonlySet<string> = new Set([
  ...[...SHAPED_RULES, ...CARRIED_RULES, ...PII_RULES].map((rule) => rule.label),
  'env_secret',
  'assigned_secret',
  'aws_secret_key',
  KEY_NAME_LABEL,
  OVERSIZE_LABEL,
]);

/** @throws AppError `invalid-setting` for a rule that is malformed or would replace a built-in */
export function checkExtraRules(rules: readonly ExtraRule[]): PatternRule[] {
  if (rules.length > MAX_EXTRAS) fail(`at most ${MAX_EXTRAS} extra rules, got ${rules.length}`);
  return rules.map(({ label, pattern }) => {
    if (!/^[a-z0-9_]{1,64}$/.test(label)) {
      fail(`label ${JSON.stringify(label)} must be 1 to 64 of a-z, 0-9 and _`);
    }
    if (BUILT_IN_LABELS.has(label)) {
      fail(`label "${label}" is built in: rules can be added, not replaced`);
    }
    if (pattern.length > MAX_PATTERN_CHARS) {
      fail(`pattern of "${label}" must be at most ${MAX_PATTERN_CHARS} characters`);
    }
    if (compileExtra(label, pattern).test('')) fail(`pattern of "${label}" matches empty text`);
    return { label, kind: 'secret', hint: '', within: 'text', pattern };
  });
}

function compileExtra(label: string, pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    throw new AppError('invalid-setting', `redaction: pattern of "${label}" is not RE2 syntax`, {
      cause,
    });
  }
}

export function checkExtraNames(names: readonly string[]): ReadonlySet<string> {
  if (names.length > MAX_EXTRAS) fail(`at most ${MAX_EXTRAS} extra key names, got ${names.length}`);
  return new Set(
    names.map((name) => {
      if (!/^[A-Za-z0-9][\w. -]{0,127}$/.test(name)) {
        fail(`key name ${JSON.stringify(name)} must be letters, digits and _ . - (it only adds)`);
      }
      return normaliseKeyName(name);
    }),
  );
}

function fail(detail: string): never {
  throw new AppError('invalid-setting', `redaction: ${detail}`);
}

/** Names the catalogue, the profile and, by a hash, the operator's additions. */
export function describeVersion(
  profile: RedactionProfile,
  rules: readonly PatternRule[],
  names: ReadonlySet<string>,
): string {
  const base = `${CATALOGUE_VERSION}-${profile}`;
  if (rules.length === 0 && names.size === 0) return base;
  const extras = JSON.stringify([rules.map((rule) => [rule.label, rule.pattern]), [...names]]);
  return `${base}+${createHash('sha256').update(extras).digest('hex').slice(0, 8)}`;
}
