import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import type { Defer } from '../../bench/cleanup.ts';
import type { Need } from './torture-test.ts';

/** A network of two machines that are one: a namespace of its own, and a wire to it. */
export interface Wire {
  /** Our address, and the one beyond. */
  readonly here: string;
  readonly there: string;
  /** Runs a program of ours beyond the wire. @returns its lines as they come */
  run(args: readonly string[], onLine: (line: string) => void): void;
  /** From now on packets vanish, both ways, and nobody is told. */
  cut(): void;
  mend(): void;
}

export const WIRE_NEEDS: readonly Need[] = ['linux', 'root', { tool: 'ip' }, { tool: 'iptables' }];

/** Where root's tools are, whatever PATH we were given. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
/** One wire for each test of one process; a private range that no one routes. */
let wires = 0;

export function createWire(defer: Defer): Wire {
  wires += 1;
  const name = `organo${process.pid % 100_000}-${wires}`;
  const subnet = `10.213.${(process.pid + wires) % 250}`;
  const here = `${subnet}.1`;
  const there = `${subnet}.2`;
  const ours = `og${process.pid % 100_000}-${wires}`;
  const ip = (...args: string[]): void => runTool('ip', args);
  const beyond = (...args: string[]): void => ip('netns', 'exec', name, ...args);

  ip('netns', 'add', name);
  defer(() => ip('netns', 'delete', name));
  ip('link', 'add', ours, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  ip('address', 'add', `${here}/24`, 'dev', ours);
  ip('link', 'set', ours, 'up');
  beyond('ip', 'address', 'add', `${there}/24`, 'dev', 'eth0');
  beyond('ip', 'link', 'set', 'eth0', 'up');
  beyond('ip', 'link', 'set', 'lo', 'up');

  return {
    here,
    there,
    run(args, onLine) {
      const child = spawn('ip', ['netns', 'exec', name, process.execPath, ...args], {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { ...process.env, PATH },
      });
      createInterface({ input: child.stdout }).on('line', onLine);
      defer(() => end(child));
    },
    cut() {
      beyond('iptables', '-I', 'INPUT', '-i', 'eth0', '-j', 'DROP');
      beyond('iptables', '-I', 'OUTPUT', '-o', 'eth0', '-j', 'DROP');
    },
    mend: () => beyond('iptables', '-F'),
  };
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

/** @throws Error with what the tool complained of */
function runTool(tool: string, args: readonly string[]): void {
  execFileSync(tool, args, { env: { ...process.env, PATH }, stdio: ['ignore', 'ignore', 'pipe'] });
}
