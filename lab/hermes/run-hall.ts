import type { ServerResponse } from 'node:http';

/** The runs of one Hermes server: a queue of events each, which one reader drains. */
export interface RunHall {
  /** Null: every slot is taken by a stream that nobody has read to its end. */
  open(sessionId: string): LabRun | null;
  find(runId: string): LabRun | undefined;
  emit(run: LabRun, event: Record<string, unknown>): void;
  /** Attaches a reader; false when the stream is unknown or was drained. */
  attach(runId: string, response: ServerResponse): boolean;
  /** Ends the stream as the real one does. */
  finish(run: LabRun): void;
  /** Cuts the readers' connections midway. */
  cut(run: LabRun): void;
  comment(run: LabRun): void;
  /** Readers that came to a stream which had one: each stole events from the first. */
  readonly secondReaders: number;
  readonly streams: number;
}

export interface LabRun {
  readonly id: string;
  readonly sessionId: string;
  status: string;
  output: string | null;
  usage: Record<string, number> | null;
  readonly waiting: string[];
  readonly readers: ServerResponse[];
  isEnded: boolean;
  isDrained: boolean;
  /** Goes on with a run that waits to be allowed something. */
  onApproval: (() => void) | null;
  /** The permission it waits for, as it was asked. */
  asked: Record<string, unknown> | null;
}

const SLOTS = 10;

export function createRunHall(makeId: () => string): RunHall {
  const runs = new Map<string, LabRun>();
  let secondReaders = 0;
  let turn = 0;

  const streams = (): LabRun[] => [...runs.values()].filter((run) => !run.isDrained);

  function flush(run: LabRun): void {
    while (run.waiting.length > 0 && run.readers.length > 0) {
      turn += 1;
      run.readers[turn % run.readers.length]?.write(run.waiting.shift() ?? '');
    }
    if (!run.isEnded || run.waiting.length > 0 || run.readers.length === 0) return;
    for (const reader of run.readers) reader.end(': stream closed\n\n');
    drain(run);
  }

  function drain(run: LabRun): void {
    run.isDrained = true;
    run.readers.length = 0;
    run.waiting.length = 0;
  }

  /** What its status says meanwhile, whether anybody reads its events or not. */
  function note(run: LabRun, event: Record<string, unknown>): void {
    if (event['event'] === 'approval.request') {
      run.status = 'waiting_for_approval';
      run.asked = { ...event, run_id: run.id };
    }
    if (event['event'] === 'approval.responded') {
      run.status = 'running';
      run.asked = null;
    }
    const ended = /^run\.(completed|failed|cancelled)$/.exec(String(event['event']))?.[1];
    if (ended !== undefined) run.status = ended;
  }

  return {
    get secondReaders() {
      return secondReaders;
    },
    get streams() {
      return streams().length;
    },
    open(sessionId) {
      if (streams().length >= SLOTS) return null;
      const id = makeId();
      const run: LabRun = {
        id,
        sessionId: sessionId === '' ? id : sessionId,
        status: 'running',
        output: null,
        usage: null,
        waiting: [],
        readers: [],
        isEnded: false,
        isDrained: false,
        onApproval: null,
        asked: null,
      };
      runs.set(id, run);
      return run;
    },
    find: (runId) => runs.get(runId),
    emit(run, event) {
      note(run, event);
      if (run.isDrained) return;
      run.waiting.push(`data: ${asciiJson({ ...event, run_id: run.id })}\n\n`);
      flush(run);
    },
    attach(runId, response) {
      const run = runs.get(runId);
      if (run === undefined || run.isDrained) return false;
      if (run.readers.length > 0) secondReaders += 1;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      run.readers.push(response);
      response.on('close', () => {
        if (run.readers.includes(response)) drain(run);
      });
      flush(run);
      return true;
    },
    finish(run) {
      run.isEnded = true;
      flush(run);
    },
    cut(run) {
      for (const reader of run.readers) reader.destroy();
      drain(run);
    },
    comment(run) {
      for (const reader of run.readers) reader.write(': keepalive\n\n');
    },
  };
}

/** As Python writes it: ASCII only, blanks after separators. */
function asciiJson(value: unknown): string {
  const text = JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, ' ');
  return text.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
