/** A kind of upstream Organoscope can watch, and the command that connects one. */
export interface Runtime {
  readonly kind: string;
  readonly name: string;
  /** What the reader must have running. */
  readonly needs: string;
  readonly command: string;
}

export const RUNTIMES: readonly Runtime[] = [
  {
    kind: 'agentserver',
    name: 'AgentServer',
    needs: 'Give the address its REST API and WebSocket answer at.',
    command: 'npm start -- --source agentserver+http://127.0.0.1:8080',
  },
];
