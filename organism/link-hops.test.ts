import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { messageInfoSchema } from './agentserver/entities.ts';
import type { ConversationMessage } from './conversation.ts';
import { toConversationMessage } from './conversation.ts';
import recorded from './fixtures/agentserver-messages.json' with { type: 'json' };
import { conversationOf, linkHops } from './link-hops.ts';

const START_AT = Date.parse('2026-11-21T03:25:00Z');

/** `console>planner t1` lines, a tenth of a second apart, each recorded twice as the real server does. */
function talk(...lines: string[]): ConversationMessage[] {
  return lines.flatMap((line, index) => {
    const [from = '', to = '', threadId = ''] = line.split(/[> ]/);
    const hop = { from, to, threadId, payloadType: 'Request', payload: { index } };
    const at = START_AT + index * 100;
    return [
      { ...hop, id: `m${index}`, occurredAt: at },
      { ...hop, id: `m${index}r`, occurredAt: at + 20 },
    ];
  });
}

function parents(messages: readonly ConversationMessage[]): Record<string, string> {
  return Object.fromEntries(
    [...linkHops(messages).values()].map((link) => [link.threadId, link.parentId]),
  );
}

describe('linking hops', () => {
  it('links a question in a thread of its own to the thread its answer comes back to', () => {
    const messages = talk(
      'console>planner t1',
      'planner>critic t2',
      'critic>shouter t3',
      'shouter>critic t2',
      'critic>planner t1',
    );
    const links = linkHops(messages);
    expect([...links.values()]).toEqual([
      { threadId: 't2', parentId: 't1', why: 'answered', isCertain: true, messageId: 'm4' },
      { threadId: 't3', parentId: 't2', why: 'answered', isCertain: true, messageId: 'm3' },
    ]);
    expect(conversationOf('t3', links)).toMatchObject({
      rootId: 't1',
      threadIds: ['t1', 't2', 't3'],
    });
  });

  it('links a hop nobody has answered yet to where its sender was addressed', () => {
    const links = linkHops(talk('console>planner t1', 'planner>critic t2'));
    expect([...links.values()]).toEqual([
      { threadId: 't2', parentId: 't1', why: 'handed-on', isCertain: true, messageId: 'm0' },
    ]);
  });

  it('links an answer in a thread of its own to the question, and not the next question to it', () => {
    const links = linkHops(
      talk(
        'console>planner t1',
        'planner>critic t2',
        'critic>planner t1',
        'planner>console t3',
        'console>planner t4',
      ),
    );
    expect(links.get('t3')).toMatchObject({ parentId: 't1', why: 'reply', isCertain: true });
    expect(links.has('t4')).toBe(false);
  });

  it('tells two conversations at once apart by whose turn it is', () => {
    const messages = talk(
      'console>planner a1',
      'console>planner b1',
      'planner>critic b2',
      'planner>critic a2',
      'critic>planner a1',
      'planner>critic a2',
      'critic>planner a1',
      'critic>planner b1',
    );
    expect(parents(messages)).toEqual({ a2: 'a1', b2: 'b1' });
  });

  it('says where it could have been another thread', () => {
    const messages = talk(
      'console>planner a1',
      'console>planner b1',
      'planner>critic a2',
      'planner>critic b2',
      'critic>planner a1',
      'critic>planner b1',
    );
    const links = [...linkHops(messages).values()];
    expect(links.map(({ isCertain }) => isCertain)).toEqual([false, false]);
    expect(new Set(links.map(({ parentId }) => parentId))).toEqual(new Set(['a1', 'b1']));
  });

  it('leaves a thread alone that holds its whole conversation', () => {
    const messages = talk(
      'console>planner t1',
      'planner>critic t1',
      'critic>planner t1',
      'planner>console t1',
      'console>planner t2',
      'planner>critic t2',
    );
    expect(parents(messages)).toEqual({});
  });

  it('does not chain to a thread whose sender has answered there, or long ago', () => {
    const answered = talk('console>planner t1', 'planner>console t1', 'planner>critic t2');
    expect(parents(answered)).toEqual({});
    const late = talk('console>planner t1').concat(
      talk('planner>critic t2').map((each) => ({
        ...each,
        id: `late-${each.id}`,
        occurredAt: each.occurredAt + 61_000,
      })),
    );
    expect(parents(late)).toEqual({});
  });

  it('takes a declared parent for granted, and survives a declared circle', () => {
    const declared = new Map([
      ['t1', 't2'],
      ['t2', 't1'],
    ]);
    const links = linkHops(talk('console>planner t1', 'planner>critic t2'), { declared });
    expect(links.get('t2')).toMatchObject({ parentId: 't1', why: 'declared', messageId: null });
    expect(conversationOf('t1', links).threadIds.toSorted()).toEqual(['t1', 't2']);
  });

  it('ignores the order in which messages are handed in, and messages without an end', () => {
    const messages = talk('console>planner t1', 'planner>critic t2', '>critic t3', 'critic> t4');
    expect(parents(messages)).toEqual({ t2: 't1' });
    expect(parents(messages.toReversed())).toEqual({ t2: 't1' });
  });

  it('finds every path again when calls come one after the other', () => {
    const agents = ['planner', 'critic', 'coder', 'shouter'];
    // Each number picks the agent to ask next; a repeat of the one who speaks is an answer instead.
    const walks = fc.array(fc.array(fc.nat(3), { maxLength: 12 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(walks, (walks) => {
        const lines: string[] = [];
        const truth: Record<string, string> = {};
        walks.forEach((walk, index) => {
          const path = [`user${index}`, 'planner'];
          const threadOf = (names: readonly string[]) => names.join('/');
          lines.push(`user${index}>planner ${threadOf(path)}`);
          for (const pick of walk) {
            const speaker = path.at(-1) ?? '';
            const next = agents[pick] ?? '';
            if (!path.includes(next)) {
              truth[threadOf([...path, next])] = threadOf(path);
              path.push(next);
              lines.push(`${speaker}>${next} ${threadOf(path)}`);
            } else if (path.length > 2) {
              path.pop();
              lines.push(`${speaker}>${path.at(-1) ?? ''} ${threadOf(path)}`);
            }
          }
          // Everyone answers before the next begins.
          while (path.length > 2) {
            const speaker = path.pop() ?? '';
            lines.push(`${speaker}>${path.at(-1) ?? ''} ${threadOf(path)}`);
          }
        });
        expect(parents(talk(...lines))).toEqual(truth);
      }),
    );
  });
});

describe('what a real server recorded', () => {
  const messages = recorded.map((info) => toConversationMessage(messageInfoSchema.parse(info)));
  const links = linkHops(messages);
  const short = (id: string) => id.slice(0, 4);

  it('falls into the conversations that were held', () => {
    const roots = new Set(messages.map(({ threadId }) => conversationOf(threadId, links).rootId));
    const chains = [...roots]
      .map((root) => conversationOf(root, links).threadIds.map(short))
      .filter((chain) => chain.length > 1)
      .map(([root = '', ...rest]) => [root, ...rest.toSorted()].join(' '));
    expect(chains.toSorted()).toEqual([
      '1711 2891 5e68 9bde',
      '1ba9 ad20 f1c7 f491',
      '421e 1418 5c0c 7f91 a030 b869 bb01',
      '4bc9 28e9 7472 905f',
      '854b 4c9c 4e69 8f51',
      '8877 63df 8abd e8d3',
      'b385 0ce6 7bb5',
    ]);
    expect(roots.size).toBe(19);
  });

  it('shows why, with a message for each link', () => {
    const ids = new Set(messages.map(({ id }) => id));
    for (const link of links.values()) expect(ids.has(link.messageId ?? '')).toBe(true);
    const counts = { answered: 0, reply: 0, 'handed-on': 0, declared: 0 };
    for (const { why } of links.values()) counts[why] += 1;
    expect(counts).toEqual({ answered: 21, reply: 2, 'handed-on': 0, declared: 0 });
  });
});
