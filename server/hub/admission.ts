/** Sockets at once. The defaults hold one person's tabs and scripts; a flood they do not. */
export interface SocketLimits {
  readonly perAddress: number;
  readonly total: number;
}

export interface Admission {
  /** Takes a place, or says which bound is reached. Call `leave` once for each place taken. */
  enter(address: string): 'admitted' | 'address-full' | 'full';
  leave(address: string): void;
  readonly refused: number;
}

export function createAdmission(limits: SocketLimits): Admission {
  const byAddress = new Map<string, number>();
  let total = 0;
  let refused = 0;
  return {
    enter(address) {
      const here = byAddress.get(address) ?? 0;
      if (total >= limits.total || here >= limits.perAddress) {
        refused += 1;
        return total >= limits.total ? 'full' : 'address-full';
      }
      total += 1;
      byAddress.set(address, here + 1);
      return 'admitted';
    },
    leave(address) {
      const here = byAddress.get(address) ?? 0;
      total -= 1;
      if (here <= 1) byAddress.delete(address);
      else byAddress.set(address, here - 1);
    },
    get refused() {
      return refused;
    },
  };
}
