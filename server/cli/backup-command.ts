import { backupFile, defaultBackupDirectory } from '#db/sqlite/upkeep/backup-name.ts';
import { backUpStore } from '#db/sqlite/upkeep/backup.ts';
import { sizeWords } from '#organism/size-words.ts';

import type { CliCommand } from './command.ts';
import { HEALTHY } from './command.ts';
import { countWords } from './words.ts';

export const backupCommand: CliCommand = {
  name: 'backup',
  takes: { file: true, json: false },
  help: `usage: organoscope backup [FILE] [--data DIR]

Copies the store as it is at one moment, reads the copy back, and writes FILE.json
beside it: its epoch, last position, counts and SHA-256. A server may run meanwhile.
Nothing is overwritten. The file can be read by its owner only.

  FILE         where to (DIR/backups/organoscope-TIME.db)
  --data DIR   directory of the store (.organoscope), or ORGANOSCOPE_DATA

exit code: 0 written and verified, 1 not, 2 wrong usage
`,
  async run({ dataDir, file = newFile(dataDir) }, { say, progress }) {
    const manifest = await backUpStore({
      dataDir,
      file,
      onProgress: ({ doneBytes, totalBytes }) =>
        progress(`copied ${sizeWords(doneBytes)} of ${sizeWords(totalBytes)}`),
    });
    say(`${file}: ${sizeWords(manifest.bytes)}, verified`);
    say(`  events up to position ${countWords(manifest.lastSeq)}, epoch ${manifest.epoch}`);
    say(`  sha256 ${manifest.sha256}`);
    return HEALTHY;
  },
};

function newFile(dataDir: string): string {
  return backupFile(defaultBackupDirectory(dataDir), new Date());
}
