import type { OrganismState } from '#organism/state.ts';
import type { UsageSum } from '#organism/usage-sum.ts';
import type { TestApi } from '#server/api/test-kit.ts';

/**
 * What a person sees in the end of every organism that was received: names, counts and the bill.
 * Without positions, times of birth and the last word of those that have one, which follow the order
 * in which things came.
 */
export function endStateOf({ organisms }: Pick<TestApi, 'organisms'>): object {
  return Object.fromEntries(
    organisms
      .names()
      .toSorted()
      .map((name) => [name, organisms.get(name)])
      .filter((entry): entry is [string, OrganismState] => entry[1] !== undefined)
      .map(([name, state]) => [name, pictureOf(state)]),
  );
}

function pictureOf({ name, agents, threads, usage, usageByModel, ...more }: OrganismState): object {
  return {
    name,
    agents: sorted(
      agents,
      ({ parent, description, isAgent, isListed, sent, received, usage: sum }) => ({
        parent,
        description,
        isAgent,
        isListed,
        sent,
        received,
        usage: rounded(sum),
      }),
    ),
    threads: sorted(
      threads,
      ({ status, conversation, participants, messagesSeen, usage: sum }) => ({
        status,
        conversation,
        participants: participants.toSorted(),
        messagesSeen,
        usage: rounded(sum),
      }),
    ),
    usage: rounded(usage),
    usageByModel: sorted(usageByModel, rounded),
    messages: more.recentMessages
      .map(({ key, from, to, threadId }) => `${key} ${from} ${to} ${threadId}`)
      .toSorted(),
    errors: more.recentErrors
      .map(({ key, agent, threadId }) => `${key} ${agent} ${threadId}`)
      .toSorted(),
    raw: more.counts.raw,
  };
}

function sorted<V>(map: ReadonlyMap<string, V>, view: (value: V) => unknown): object {
  const entries = [...map].map(([name, value]) => [name, view(value)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Sums of fractions depend on their order in the last digits. */
function rounded(sum: UsageSum): unknown {
  return JSON.parse(JSON.stringify(sum), (_, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1000) / 1000 : value,
  );
}
