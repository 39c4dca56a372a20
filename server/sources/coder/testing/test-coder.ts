import type { Source } from '../../source.ts';
import type { Recorder } from '../../testing/recorder.ts';
import { createRecorder } from '../../testing/recorder.ts';
import { createCoderSource } from '../coder-source.ts';

/** A deployment that is not there yet. */
interface Deployment {
  start(): Promise<{ url: string }>;
  stop(): Promise<void>;
}

/** A source that reads a deployment, not started yet. */
export interface TestCoder<D extends Deployment> {
  readonly lab: D;
  readonly recorder: Recorder;
  readonly source: Source;
  /** The last thing it said of itself. */
  status(): ReturnType<typeof lastStatus>;
  /** Starts it, and waits until it has read. */
  read(): Promise<void>;
  close(): Promise<void>;
}

export async function openTestCoder<D extends Deployment>(lab: D): Promise<TestCoder<D>> {
  const { url } = await lab.start();
  const recorder = createRecorder();
  const config = { name: 'coder', url, organismId: 'coder', apiKey: 'token-1', pollMs: 20 };
  const source = createCoderSource(config, recorder.deps);
  const status = () => lastStatus(recorder);
  return {
    lab,
    recorder,
    source,
    status,
    async read() {
      await source.start();
      await recorder.until('a reading', () => status()?.state === 'polling');
    },
    async close() {
      await source.stop();
      await lab.stop();
    },
  };
}

function lastStatus(recorder: Recorder) {
  return recorder.of('source_status').at(-1);
}
