import type { Diagnosis, StoreContents } from '#db/sqlite/upkeep/doctor.ts';
import { examineStore } from '#db/sqlite/upkeep/doctor.ts';
import { sizeWords } from '#organism/size-words.ts';

import type { CliCommand } from './command.ts';
import { DAMAGE, HEALTHY } from './command.ts';
import { countWords, shareWords } from './words.ts';

/** Tables and indexes named in the text; `--json` has all. */
const SHOWN_SPACE = 10;
const SHOWN_MODELS = 10;
const LABEL_WIDTH = 14;

export const doctorCommand: CliCommand = {
  name: 'doctor',
  takes: { file: false, json: true },
  help: `usage: organoscope doctor [--json] [--data DIR]

Reads the store through and says what is damaged, how large it is and of what, how
much of its usage has no price, and when it was last backed up. Changes nothing; a
server may run meanwhile.

  --json       for programs
  --data DIR   directory of the store (.organoscope), or ORGANOSCOPE_DATA

exit code: 0 healthy, 1 damaged or not readable, 2 wrong usage
`,
  run({ dataDir, isJson }, { say }) {
    const diagnosis = examineStore(dataDir);
    if (isJson) say(JSON.stringify(diagnosis, null, 2));
    else for (const line of diagnosisLines(diagnosis)) say(line);
    return Promise.resolve(diagnosis.isHealthy ? HEALTHY : DAMAGE);
  },
};

function diagnosisLines(diagnosis: Diagnosis): string[] {
  const { dataDir, isHealthy, isServed, checks, files, contents, lastBackup } = diagnosis;
  const served = isServed ? 'a server has it open' : 'no server has it open';
  return [
    `${dataDir}: ${isHealthy ? 'healthy' : 'DAMAGED'} (${served})`,
    ...checks.flatMap(({ name, problems }) =>
      problems.length === 0
        ? [row(name, 'ok')]
        : problems.map((problem) => row(name, `DAMAGED: ${problem}`)),
    ),
    row('size', `${sizeWords(files.database)}, log ${sizeWords(files.wal)}`),
    ...(contents === null ? [] : contentLines(diagnosis, contents)),
    row(
      'last backup',
      lastBackup === null
        ? 'none'
        : `${lastBackup.at}, ${sizeWords(lastBackup.bytes)}, ${lastBackup.file}`,
    ),
  ];
}

function contentLines(diagnosis: Diagnosis, contents: StoreContents): string[] {
  const { epoch, lastSeq, schemaVersion, prices, space, rows } = contents;
  const unpriced = [
    `${countWords(prices.unpricedRequests)} of ${countWords(prices.requests)} calls (${shareWords(prices.unpricedRequests, prices.requests)})`,
    `${countWords(prices.unpricedTokens)} of ${countWords(prices.tokens)} tokens (${shareWords(prices.unpricedTokens, prices.tokens)})`,
  ];
  return [
    row('schema', `${schemaVersion} of ${diagnosis.knownSchemaVersion} known to this build`),
    row('history', `epoch ${epoch}, up to position ${countWords(lastSeq)}`),
    row('unpriced', unpriced.join(', ')),
    ...prices.unpriced
      .slice(0, SHOWN_MODELS)
      .map(({ model, provider, unpricedRequests, requests, unpricedTokens }) =>
        row(
          '',
          `${provider === '' ? '' : `${provider}/`}${model}: ${countWords(unpricedRequests)} of ${countWords(requests)} calls, ${countWords(unpricedTokens)} tokens`,
        ),
      ),
    ...space
      .slice(0, SHOWN_SPACE)
      .map(({ name, kind, bytes }, i) =>
        row(
          i === 0 ? 'largest' : '',
          `${name} (${kind}${kind === 'table' ? `, ${countWords(rows[name] ?? 0)} rows` : ''}) ${sizeWords(bytes)}`,
        ),
      ),
  ];
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(LABEL_WIDTH)}${text}`;
}
