/** What the recorded real server does differently from a healthy build; each can be switched. */
export const LAB_FAULTS = [
  /** A new `/ws` is accepted and cut at once when anything has a time to tell. */
  'socket-dies-on-timestamps',
  /** The first message that passes a socket's filter takes it off the list, silently. */
  'silent-drop',
  /** Bad JSON or idling leaves the socket open and deaf; a wrong shape cuts it. */
  'zombie-sockets',
  /** Every upgrade is answered as if the server were full. */
  'admission-403',
  /** Each forward hop gets its own thread; only the one a chain ends on completes. */
  'thread-per-hop',
  /** Each hop is recorded when sent and again when received. */
  'messages-twice',
  /** Neither `thread_created` nor a thread's `error` reaches a socket. */
  'no-thread-created',
  /** Frames write times in every form seen, and some without a zone. */
  'mixed-time-formats',
  /** Some frames hold NaN and Infinity as bare tokens; REST says null. */
  'bare-nan',
  /** Usage is stored only after a first reader, a second late, and never after a reset. */
  'usage-stored-late',
  /** Agent schemas answer 500, capability schemas null. */
  'schema-500',
  'queue-depth-zero',
  /** pause, kill, stop and inject change the record; the pump goes on. */
  'control-only-records',
] as const;

export type LabFault = (typeof LAB_FAULTS)[number];

/** The whole recorded combination; upgrades are still admitted, up to the real limits. */
const REAL_SERVER_FAULTS: readonly LabFault[] = LAB_FAULTS.filter(
  (fault) => fault !== 'admission-403',
);

export interface LabFaults {
  has(fault: LabFault): boolean;
  set(fault: LabFault, isOn: boolean): void;
  list(): LabFault[];
}

export function createFaults(initial: readonly LabFault[] = []): LabFaults {
  const on = new Set<LabFault>(initial);
  return {
    has: (fault) => on.has(fault),
    set(fault, isOn) {
      if (isOn) on.add(fault);
      else on.delete(fault);
    },
    list: () => [...on],
  };
}

/** @throws RangeError naming the fault and the known ones */
export function parseFaults(names: readonly string[]): LabFault[] {
  return names.flatMap((name) => {
    if (name === 'real') return REAL_SERVER_FAULTS;
    const fault = LAB_FAULTS.find((known) => known === name);
    if (fault === undefined) {
      throw new RangeError(`unknown fault "${name}"; known: real, ${LAB_FAULTS.join(', ')}`);
    }
    return fault;
  });
}
