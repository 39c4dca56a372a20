import { describeAgentServerContract } from './contract-suite.ts';
import { knowledgeOf, type ContractTarget } from './contract-target.ts';
import { createLabAgentServer } from './server.ts';

async function startLab(): Promise<ContractTarget> {
  const lab = createLabAgentServer({ seed: 7, key: 'lab-key', historyDays: 3 });
  lab.step(3_000);
  const { url } = await lab.start();
  return {
    baseUrl: url,
    key: 'lab-key',
    knows: knowledgeOf(lab),
    advance: (events) => {
      lab.step(events);
      return Promise.resolve();
    },
    stop: () => lab.stop(),
  };
}

describeAgentServerContract({ name: 'the lab, healthy', start: startLab });
