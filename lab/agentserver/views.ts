import type {
  AgentInfo,
  CapabilityDetail,
  CapabilityInfo,
  OrganismConfig,
  OrganismInfo,
  ThreadInfo,
} from '#organism/agentserver/entities.ts';
import { formatInstant } from '#organism/instant.ts';

import { exampleOf, payloadClassOf, rootTagOf, schemaOf } from './cast.ts';
import type { LabFaults } from './faults.ts';
import type { LabAgent, LabMessage, LabThread } from './world-types.ts';
import type { World } from './world.ts';

/** The world as the contract's objects. Key order is the recorded server's. */

type WriteTime = (instant: number) => string;

export interface Views {
  organism(): OrganismInfo;
  config(port: number): OrganismConfig;
  agent(agent: LabAgent, writeTime?: WriteTime): AgentInfo;
  thread(thread: LabThread, writeTime?: WriteTime): ThreadInfo;
  /** JSON text, because payloads hold digits that no JavaScript number keeps. */
  messageJson(message: LabMessage): string;
  capability(agent: LabAgent): CapabilityInfo;
  capabilityDetail(agent: LabAgent): CapabilityDetail;
  uptimeSeconds(): number;
}

export interface ViewsDeps {
  readonly name: string;
  readonly world: World;
  readonly faults: LabFaults;
  readonly now: () => number;
}

export function createViews({ name, world, faults, now }: ViewsDeps): Views {
  const uptimeSeconds = () => Math.max(0, now() - world.startedAt()) / 1000;

  return {
    uptimeSeconds,
    organism: () => ({
      name,
      status: world.status(),
      uptimeSeconds: uptimeSeconds(),
      agentCount: world.agents.size,
      activeThreads: world.activeThreads(),
      totalMessages: world.totalMessages(),
      identityConfigured: false,
    }),
    config: (port) => ({
      name,
      port,
      thread_scheduling: 'breadth-first',
      max_concurrent_pipelines: 50,
      max_concurrent_handlers: 20,
      listeners: [...world.agents.keys()],
    }),
    agent: ({ member, ...agent }, writeTime = formatInstant) => ({
      name: member.name,
      description: member.description,
      isAgent: member.isAgent,
      peers: [...member.peers],
      payloadClass: payloadClassOf(member),
      state: agent.state,
      currentThread: agent.currentThread,
      queueDepth: faults.has('queue-depth-zero') ? 0 : agent.queueDepth,
      lastActivity: agent.lastActivity === null ? null : writeTime(agent.lastActivity),
      messageCount: agent.messageCount,
    }),
    thread: (thread, writeTime = formatInstant) => ({
      id: thread.id,
      status: thread.status,
      participants: [...thread.participants],
      messageCount: thread.messageCount,
      createdAt: writeTime(thread.createdAt),
      lastActivity: writeTime(thread.lastActivity),
      error: thread.error,
    }),
    messageJson: (message) => writeMessage(message, message.payload.json, formatInstant),
    capability: describeCapability,
    capabilityDetail: (agent) => ({
      ...describeCapability(agent),
      payloadClass: payloadClassOf(agent.member),
      schemaXsd: faults.has('schema-500') ? null : schemaOf(agent.member),
      exampleXml: exampleOf(agent.member),
    }),
  };
}

function describeCapability({ member }: LabAgent): CapabilityInfo {
  return {
    name: member.name,
    description: member.description,
    isAgent: member.isAgent,
    peers: [...member.peers],
    rootTag: rootTagOf(member),
  };
}

/** A MessageInfo around a payload that is JSON text already. */
export function writeMessage(
  message: LabMessage,
  payloadJson: string,
  writeTime: WriteTime,
): string {
  const ends = `"from":${JSON.stringify(message.from)},"to":${JSON.stringify(message.to)}`;
  return (
    `{"id":"${message.id}","threadId":${JSON.stringify(message.threadId)},${ends},` +
    `"payloadType":${JSON.stringify(message.payloadType)},"payload":${payloadJson},` +
    `"timestamp":"${writeTime(message.at)}","slotIndex":${message.slotIndex}}`
  );
}
