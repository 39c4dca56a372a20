import { RE2JS } from 're2js';

import type { Extent, PatternRule } from './redaction-catalogue.ts';
import { CARRIED_RULES, PII_RULES, RULES_GATE, SHAPED_RULES } from './redaction-catalogue.ts';
import type { KeyClass } from './redaction-keys.ts';
import { createKeyReader } from './redaction-keys.ts';
import type { CharSet } from './redaction-runs.ts';
import { asciiSet, isSpace, rewriteAround } from './redaction-runs.ts';
import type { Count } from './redaction-scans.ts';
import {
  ASSIGNMENT_HINT,
  ENV_HINT,
  hasSuspiciousRun,
  redactAssignments,
  redactAwsSecrets,
  redactBase64,
  redactEnvSecrets,
  redactUrlEncoded,
} from './redaction-scans.ts';

/** `standard` spares git commit ids and token counts; `modelstat` gives the published outputs. */
export type RedactionProfile = 'standard' | 'modelstat';

/** The floor over one text. */
export interface RedactionEngine {
  /** A native scan, a few nanoseconds per character: false means `redact` would change nothing. */
  readonly mayHoldSecret: (text: string) => boolean;
  readonly redact: (text: string, count: Count) => string;
}

interface Step {
  readonly kind: PatternRule['kind'];
  apply(text: string, count: Count): string;
}

const EXTENTS: Record<Exclude<Extent, 'text'>, CharSet> = {
  token: (code) => !isSpace(code),
  url: asciiSet('!#-;=?-Z_a-z~'),
  mail: asciiSet('A-Za-z0-9._%+\\-@'),
};

/** Compiles the catalogue once; the engine keeps nothing of a text. */
export function createRedactionEngine(
  profile: RedactionProfile,
  extraRules: readonly PatternRule[],
): RedactionEngine {
  const isStandard = profile === 'standard';
  const readName = createKeyReader(new Set(), () => false);
  const classOf = (name: string) => readName(name).keyClass;
  const steps: readonly Step[] = [
    ...SHAPED_RULES.map(compileStep),
    envStep(isStandard ? classOf : null),
    ...CARRIED_RULES.map(compileStep),
    ...(isStandard ? [assignmentStep(classOf)] : []),
    { kind: 'secret', apply: (text, count) => redactAwsSecrets(text, count, isStandard) },
    ...[...PII_RULES, ...extraRules].map(compileStep),
  ];
  const secretSteps = steps.filter((step) => step.kind === 'secret');
  const extraPatterns = extraRules.map((rule) => RE2JS.compile(rule.pattern));
  const mayMatchRule = (text: string) =>
    RULES_GATE.test(text) ||
    ENV_HINT.test(text) ||
    (isStandard && ASSIGNMENT_HINT.test(text)) ||
    extraPatterns.some((pattern) => pattern.test(text));
  const hasRun = (text: string) => hasSuspiciousRun(text, isStandard);

  /** The label of the first secret in a decoded text; its carrier counts once. */
  const findSecret = (decoded: string, count: Count): string | null => {
    if (!mayMatchRule(decoded)) return null;
    let found: string | null = null;
    applySteps(secretSteps, decoded, (label) => {
      found ??= label;
    });
    if (found !== null) count(found);
    return found;
  };

  return {
    mayHoldSecret: (text) => mayMatchRule(text) || text.includes('%') || hasRun(text),

    redact(text, count) {
      let result = mayMatchRule(text) || hasRun(text) ? applySteps(steps, text, count) : text;
      result = redactBase64(result, (plain) => findSecret(plain, count));
      if (result.includes('%')) {
        result = redactUrlEncoded(result, (plain) => findSecret(plain, count));
      }
      return result;
    },
  };
}

function applySteps(steps: readonly Step[], text: string, count: Count): string {
  let result = text;
  for (const step of steps) result = step.apply(result, count);
  return result;
}

function compileStep(rule: PatternRule): Step {
  const pattern = RE2JS.compile(rule.pattern);
  const hint = new RegExp(rule.hint, 'g');
  const placeholder = `[REDACTED:${rule.label}]`;
  const replaceIn = (text: string, count: Count): string => {
    // The lazy automaton answers yes or no some ten times faster than a search for the place.
    if (!pattern.test(text)) return text;
    return pattern.matcher(text).replaceAll((match: string) => {
      const replacement = rule.replace === undefined ? placeholder : rule.replace(match);
      if (replacement === null) return match;
      count(rule.label);
      return replacement;
    });
  };
  if (rule.within === 'text') {
    const isHinted = new RegExp(rule.hint);
    return {
      kind: rule.kind,
      apply: (text, count) => (isHinted.test(text) ? replaceIn(text, count) : text),
    };
  }
  const extent = EXTENTS[rule.within];
  return {
    kind: rule.kind,
    apply: (text, count) => rewriteAround(text, hint, extent, (run) => replaceIn(run, count)),
  };
}

function envStep(classOf: ((name: string) => KeyClass) | null): Step {
  const earlier = new Set(['env_secret', ...SHAPED_RULES.map((rule) => rule.label)]);
  const isEarlier = (label: string) => earlier.has(label);
  const isTokenCount = (name: string, valueHead: string) =>
    classOf !== null &&
    name.includes('TOKEN') &&
    /^\d{1,15}(?![\w-])/.test(valueHead) &&
    classOf(name) === 'plain';
  return {
    kind: 'secret',
    apply: (text, count) =>
      ENV_HINT.test(text)
        ? redactEnvSecrets(text, count, { isSpared: isTokenCount, isEarlier })
        : text,
  };
}

function assignmentStep(classOf: (name: string) => KeyClass): Step {
  return {
    kind: 'secret',
    apply: (text, count) =>
      ASSIGNMENT_HINT.test(text) ? redactAssignments(text, count, classOf) : text,
  };
}
