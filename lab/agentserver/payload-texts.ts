/** What the artificial agents talk about: short, long, code, tables, many scripts, odd marks. */

export const SENTENCES: readonly string[] = [
  'Compare three message brokers for a small team',
  'Fix the flaky test in parser.py',
  'Écris un résumé — très court, s’il te plaît 🙂',
  'Сравни цены за октябрь',
  '日本語の要約を作ってください',
  'مرحبا، لخص هذا النص',
  'Fasse die Übergabe in drei Sätzen zusammen',
  'Which quarter lost the most customers, and why?',
  'line one\nline two\r\nline three',
  '<b>not html</b> & "quotes" \'single\' \\ back\\slash \t tab',
  'Draft a release note for the 2.4 patch',
  'Explain why p99 latency doubled after Tuesday’s deploy',
  'List the open questions before the review 👩🏽‍🔬',
  'Σύγκρινε τις δύο προτάσεις',
];

export const QUERIES: readonly string[] = [
  'write-ahead log fsync cost NVMe',
  'token budget exhaustion multi agent',
  'postgres logical replication lag',
  'WebSocket back-off after HTTP 403',
  '価格 比較 2026',
  'site:example.org "state of the art" retrieval',
];

export const FILE_PATHS: readonly string[] = [
  'src/main.rs',
  'README.md',
  'notes/τελικό draft.md',
  'reports/2026/q3/übersicht.csv',
  'tests/test_parser.py',
];

export const CODE_SAMPLES: readonly string[] = [
  `def parse(line: str) -> dict[str, str]:
    """Split key=value pairs; a later key wins."""
    pairs = (part.split("=", 1) for part in line.split(";") if "=" in part)
    return {key.strip(): value.strip() for key, value in pairs}
`,
  `export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return middle ?? null;
}
`,
  `SELECT date_trunc('month', ordered_at) AS month,
       region,
       sum(total_cents) / 100.0        AS revenue
FROM   orders
GROUP  BY 1, 2
ORDER  BY 1;
`,
  'for f in *.csv; do echo "$f: $(wc -l < "$f")"; done\n',
];

const PARAGRAPH =
  'The three candidates differ less in speed than in what they promise after a crash. ' +
  'The first acknowledges before the disk has the bytes, the second after one replica has, ' +
  'the third after a majority. For a small team the middle one is the least surprising. ';

export const LONG_TEXTS: readonly string[] = [
  PARAGRAPH,
  `${PARAGRAPH}\n\n${PARAGRAPH.repeat(3)}`,
  `# Findings\n\n| broker | writes/s | p99 |\n| --- | ---: | ---: |\n| a | 41,000 | 9 ms |\n` +
    `| b | 18,500 | 14 ms |\n| c | 9,200 | 31 ms |\n\n${PARAGRAPH.repeat(6)}`,
  `要約：${'三つの候補は速度よりも、障害後に何を保証するかが違います。'.repeat(12)}`,
  PARAGRAPH.repeat(16),
];

export const DRAFT_OUTLINES: readonly (readonly string[])[] = [
  ['Context', 'What we measured', 'Recommendation'],
  ['Problème', 'Hypothèses', 'Résultats', 'Suite'],
  ['背景', '方法', '結論'],
];

export const TABLE_ROWS: readonly (readonly (string | number | null)[])[] = [
  ['2026-07', 'EMEA', 182_400.5, 0.041],
  ['2026-08', 'EMEA', 190_112, 0.042],
  ['2026-08', 'APAC', 88_020.25, null],
  ['2026-09', 'AMER', 401_998, -0.013],
  ['2026-10', 'AMER', 9_007_199_254_740_991, 0.2],
];
