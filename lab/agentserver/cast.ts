/** Who is in the artificial organism: six agents and six tools, and who talks to whom. */
export interface CastMember {
  readonly name: string;
  readonly description: string;
  readonly isAgent: boolean;
  readonly peers: readonly string[];
  readonly payloadType: string;
  /** Field names of the payload, for the schema and the example. */
  readonly fields: readonly string[];
}

export const CONSOLE = 'console';

const NOTIFIER: CastMember = {
  name: 'notifier',
  description: 'Tells people that an answer is ready',
  isAgent: false,
  peers: [],
  payloadType: 'Notice',
  fields: ['channel', 'text'],
};

const ARCHIVIST: CastMember = {
  name: 'archivist',
  description: 'Stores finished threads',
  isAgent: false,
  peers: [],
  payloadType: 'Notice',
  fields: ['channel', 'text'],
};

const CORE: readonly CastMember[] = [
  {
    name: CONSOLE,
    description: 'Operator console: prints answers and reads commands',
    isAgent: false,
    peers: ['planner'],
    payloadType: 'ConsoleInput',
    fields: ['text'],
  },
  {
    name: 'planner',
    description: 'Breaks a goal into tasks and hands them to peers',
    isAgent: true,
    peers: ['researcher', 'coder', 'analyst', 'writer', 'notifier', 'archivist', CONSOLE],
    payloadType: 'PlanRequest',
    fields: ['goal', 'constraints', 'depth', 'context'],
  },
  {
    name: 'researcher',
    description: 'Finds and summarises sources',
    isAgent: true,
    peers: ['web-search', 'file-tools', 'critic'],
    payloadType: 'ResearchTask',
    fields: ['question', 'sources', 'max_results', 'filters'],
  },
  {
    name: 'coder',
    description: 'Writes and edits code (Übersetzung, 翻訳, 🛠)',
    isAgent: true,
    peers: ['file-tools', 'python-runner', 'critic'],
    payloadType: 'CodeTask',
    fields: ['instruction', 'language', 'files', 'dry_run'],
  },
  {
    name: 'analyst',
    description: 'Answers questions with numbers and tables',
    isAgent: true,
    peers: ['sql-query', 'python-runner', 'critic'],
    payloadType: 'AnalysisTask',
    fields: ['question', 'dataset', 'columns', 'rows'],
  },
  {
    name: 'writer',
    description: 'Turns findings into prose',
    isAgent: true,
    peers: ['critic', 'file-tools'],
    payloadType: 'DraftRequest',
    fields: ['title', 'outline', 'tone', 'words'],
  },
  {
    name: 'critic',
    description: 'Reviews drafts and scores them',
    isAgent: true,
    peers: ['file-tools'],
    payloadType: 'CritiqueRequest',
    fields: ['subject', 'body', 'score', 'tags'],
  },
  {
    name: 'web-search',
    description: 'Searches the web, ten results at a time',
    isAgent: false,
    peers: [],
    payloadType: 'SearchQuery',
    fields: ['query', 'limit', 'region'],
  },
  {
    name: 'file-tools',
    description: 'Sandboxed file reads and writes',
    isAgent: false,
    peers: [],
    payloadType: 'FileCommand',
    fields: ['op', 'path', 'content', 'encoding'],
  },
  {
    name: 'python-runner',
    description: 'Runs short Python programs without a network',
    isAgent: false,
    peers: [],
    payloadType: 'RunRequest',
    fields: ['code', 'timeout_s', 'env'],
  },
  {
    name: 'sql-query',
    description: 'Read-only SQL on the warehouse',
    isAgent: false,
    peers: [],
    payloadType: 'SqlQuery',
    fields: ['sql', 'parameters', 'row_limit'],
  },
];

export const CAST: readonly CastMember[] = [...CORE, NOTIFIER];
/** What a reload swaps in; the next reload swaps it out again. */
export const RELOADED_CAST: readonly CastMember[] = [...CORE, ARCHIVIST];
export const RELOAD_UPDATES = 'critic';

export function payloadClassOf(member: CastMember): string {
  return `handlers.research.${member.payloadType}`;
}

export function rootTagOf(member: CastMember): string {
  return `${member.name}.${member.payloadType.toLowerCase()}`;
}

export function schemaOf(member: CastMember): string {
  const elements = member.fields
    .map((field) => `      <xs:element name="${field}" type="xs:string" minOccurs="0"/>`)
    .join('\n');
  return `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="${rootTagOf(member)}">
    <xs:complexType><xs:sequence>
${elements}
    </xs:sequence></xs:complexType>
  </xs:element>
</xs:schema>`;
}

export function exampleOf(member: CastMember): string {
  const lines = member.fields.map((field) => `  <${field}>...</${field}>`).join('\n');
  return `<${member.payloadType}>\n${lines}\n</${member.payloadType}>`;
}
