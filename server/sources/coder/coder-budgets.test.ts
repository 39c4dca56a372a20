import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { LabMoney } from '#lab/coder/money.ts';
import type { LabCoder } from '#lab/coder/server.ts';
import { createLabCoder } from '#lab/coder/server.ts';

import type { TestCoder } from './testing/test-coder.ts';
import { openTestCoder } from './testing/test-coder.ts';

const MONEY: LabMoney = {
  limitMicros: 25_000_000,
  spentMicros: new Map([
    ['u1', 20_000_000],
    ['u2', 12_730_000],
  ]),
  periodStart: '2026-05-01T00:00:00Z',
  periodEnd: '2026-06-01T00:00:00Z',
};

let kit: TestCoder<LabCoder>;
beforeEach(async () => {
  kit = await openTestCoder(createLabCoder());
});
afterEach(() => kit.close());

async function read(money: Partial<LabMoney>): Promise<void> {
  kit.lab.money = { ...MONEY, ...money };
  await kit.read();
}

const groups = () => kit.recorder.of('allowance').filter(({ holder }) => holder === 'group');
const asked = (part: string) => kit.lab.requests.filter(({ url }) => url.includes(part));

describe('budgets of Coder', () => {
  it('7: of a group: what its members spent, of the limit of each times their number', async () => {
    await read({});
    expect(groups()).toMatchObject([
      {
        name: 'developers',
        used: 32.73e9,
        limit: 50e9,
        note: '$25.00 for each of 2 members',
        periodStart: Date.parse(MONEY.periodStart),
        periodEnd: Date.parse(MONEY.periodEnd),
      },
    ]);
    expect(asked('/ai/budget')).toEqual([]);
  });

  it('7: of the first version: the limit alone, asked group by group', async () => {
    await read({ isFirstVersion: true });
    expect(groups()).toMatchObject([{ used: null, limit: 50e9 }]);
    expect(asked('/ai/budget')).toHaveLength(1);
  });

  it('7: none, or not visible, is no limit', async () => {
    await read({ isFirstVersion: true, limitMicros: null });
    expect(groups()).toEqual([]);
    expect(kit.status()).toMatchObject({ state: 'polling', notices: [] });
  });

  it('7: 0 lets nobody spend anything, and that is used up', async () => {
    await read({ limitMicros: 0 });
    expect(groups()).toMatchObject([{ used: 32.73e9, limit: 0 }]);
    expect(kit.recorder.of('error').map(({ text }) => text)).toEqual([
      'budget of group developers is used up: $32.73 of $0.00',
    ]);
  });

  it('7: what the licence does not have is said, and the rest is read', async () => {
    const sold = { message: 'Template RBAC is a Premium feature. Contact sales!' };
    kit.lab.refuses('/groups', { status: 403, body: sold });
    await read({});
    expect(kit.status()?.notices).toEqual(['this deployment is not licensed to tell of groups']);
  });

  it('of many groups are asked a hundred at a time', async () => {
    await read({ moreGroups: 250 });
    expect(groups()).toHaveLength(251);
    expect(asked('/groups/ai/spend')).toHaveLength(3);
  });
});
