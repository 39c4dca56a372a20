import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

const PREFIX = 'organoscope_';

export interface Reading {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export interface MetricDescription {
  readonly kind: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[] | undefined;
  readonly read: () => readonly Reading[] | Promise<readonly Reading[]>;
}

/** A metric whose values are kept elsewhere. */
export function registerMetric(registry: Registry, description: MetricDescription): void {
  const { kind, help, labelNames = [], read } = description;
  const shared = { name: PREFIX + description.name, help, labelNames, registers: [registry] };
  if (kind === 'gauge') {
    const gauge = new Gauge({
      ...shared,
      async collect() {
        const readings = await read();
        gauge.reset();
        // A reset leaves 0 where there are no labels; what is not known is absent.
        if (labelNames.length === 0) gauge.remove();
        for (const { labels = {}, value } of readings) gauge.set({ ...labels }, value);
      },
    });
    return;
  }
  const counter = new Counter({
    ...shared,
    async collect() {
      const readings = await read();
      counter.reset();
      for (const { labels = {}, value } of readings) counter.inc({ ...labels }, value);
    },
  });
}

export function one(value: number): Reading[] {
  return [{ value }];
}
