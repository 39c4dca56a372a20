import { restoreStore } from '#db/sqlite/upkeep/restore.ts';

import { AppError } from '../app-error.ts';
import type { CliCommand } from './command.ts';
import { HEALTHY } from './command.ts';
import { countWords } from './words.ts';

export const restoreCommand: CliCommand = {
  name: 'restore',
  takes: { file: true, json: false },
  help: `usage: organoscope restore FILE [--data DIR]

Reads the backup through and holds it against FILE.json, then puts it in the place of
the store, damaged or not. The files it replaces are kept in DIR/replaced-TIME. The
store gets a new epoch, so that open browsers reload. Stop the server first.

  FILE         a backup, with its FILE.json beside it
  --data DIR   directory of the store (.organoscope), or ORGANOSCOPE_DATA

exit code: 0 restored, 1 refused and nothing changed, 2 wrong usage
`,
  async run({ dataDir, file }, { say }) {
    if (file === undefined) throw new AppError('invalid-setting', 'restore needs the backup FILE');
    const { manifest, epoch, keptIn } = await restoreStore({ dataDir, file });
    say(`${dataDir}: restored from ${file}, made at ${manifest.createdAt}`);
    say(`  events up to position ${countWords(manifest.lastSeq)}, new epoch ${epoch}`);
    if (keptIn !== null) say(`  the files it replaced are in ${keptIn}`);
    return HEALTHY;
  },
};
