import type { SyscallMoment } from './syscall-log.ts';

/** Files whose sync must come before an acknowledgement, in this order, and what marks an event. */
export interface SyncRule {
  /** Path of the log that gets the rows. */
  readonly wal: string;
  /** Path of the high-water mark, synced after the log. */
  readonly marks: string;
  /** The events' marks in what is written: each must be found whole and once per event. */
  readonly pattern: RegExp;
  /** The marks of what a write to a socket acknowledges or shows; none for other writes. */
  readonly ackedBy: (moment: SyscallMoment) => readonly string[];
}

export interface SyncVerdict {
  /** Acknowledgements that were judged. */
  readonly judged: number;
  /** Of them, those before both syncs were done. */
  readonly early: number;
}

/** How far an event is: each step must begin after the one before is done. */
type Step = 'written' | 'log-synced' | 'marked' | 'safe';

/** Walks a log of system calls: an acknowledgement of an event that is not safe yet is early. */
export function auditSyncs(moments: Iterable<SyscallMoment>, rule: SyncRule): SyncVerdict {
  const steps = new Map<string, Step>();
  /** What a sync under way will have made safe, by the path it syncs. */
  const underWay = new Map<string, readonly string[]>();
  const judgedMarks = new Set<string>();
  let early = 0;

  function advance(from: Step, to: Step, marks: Iterable<string>): void {
    for (const mark of marks) if (steps.get(mark) === from) steps.set(mark, to);
  }
  const at = (step: Step): string[] =>
    [...steps].filter(([, found]) => found === step).map(([mark]) => mark);

  function sync(path: string, phase: SyscallMoment['phase'], from: Step, to: Step): void {
    if (phase === 'made') underWay.set(path, at(from));
    else advance(from, to, underWay.get(path) ?? []);
  }

  for (const moment of moments) {
    const { name, path, phase, text } = moment;
    const isSync = name === 'fsync' || name === 'fdatasync';
    if (path === rule.wal) {
      if (isSync) sync(path, phase, 'written', 'log-synced');
      else if (phase === 'made') {
        for (const [mark] of text.matchAll(rule.pattern)) {
          if (!steps.has(mark)) steps.set(mark, 'written');
        }
      }
    } else if (path === rule.marks) {
      if (isSync) sync(path, phase, 'marked', 'safe');
      else if (phase === 'done') advance('log-synced', 'marked', at('log-synced'));
    } else if (phase === 'made') {
      for (const mark of rule.ackedBy(moment)) {
        if (judgedMarks.has(mark)) continue;
        judgedMarks.add(mark);
        if (steps.get(mark) !== 'safe') early += 1;
        steps.delete(mark);
      }
    }
  }
  return { judged: judgedMarks.size, early };
}
