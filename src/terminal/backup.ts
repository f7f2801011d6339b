import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { backupName } from '../core/models/backup-name.ts';
import type { Command } from './command.ts';
import { bytes, count } from './figures.ts';
import { isWanted } from './is-wanted.ts';
import type { TerminalStreams } from './screen.ts';

type Backup = Extract<Command, { name: 'backup' }>;
type Restore = Extract<Command, { name: 'restore' }>;

/** What there is behind the two commands; they open the data folder themselves, since it may be damaged. */
export interface BackupStore {
  backUp(folder: string, target: string): Promise<Facts>;
  inspectBackup(file: string): Facts;
  restoreBackup(folder: string, file: string, now: Date): { readonly facts: Facts; readonly kept: string | null };
}

interface Facts {
  readonly path: string;
  readonly bytes: number;
  readonly conversations: number;
  readonly messages: number;
}

/** `glasshouse backup [FILE]`. @returns 0 @throws FailureError as the store does */
export async function backupCommand(store: BackupStore, folder: string, command: Backup, streams: TerminalStreams): Promise<number> {
  const name = backupName(new Date());
  const given = command.file ?? '.';
  const isFolder = await stat(given).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const facts = await store.backUp(folder, isFolder ? resolve(given, name) : given);
  if (command.json) streams.stdout.write(`${JSON.stringify(facts)}\n`);
  else streams.stdout.write(`${facts.path}\n${inWords(facts)}, opened and read: sound. Keys are not in it.\n`);
  return 0;
}

/** `glasshouse restore FILE`. @returns 0, or 1 when the person did not want it @throws FailureError as the store does */
export async function restoreCommand(store: BackupStore, folder: string, command: Restore, streams: TerminalStreams): Promise<number> {
  const say = (text: string) => void streams.stdout.write(`${text}\n`);
  const found = store.inspectBackup(command.file);
  if (command.check) {
    if (command.json) say(JSON.stringify(found));
    else say(`${found.path}\n${inWords(found)}: sound.`);
    return 0;
  }
  if (!command.yes) {
    say(`${found.path}\n${inWords(found)}.`);
    if (!(await isWanted(`Put it in the place of what is in ${folder}? What is there is kept under another name. [y/N] `, streams))) {
      say('Nothing was changed.');
      return 1;
    }
  }
  const { facts, kept } = store.restoreBackup(folder, command.file, new Date());
  if (command.json) say(JSON.stringify({ ...facts, kept }));
  else {
    say(`Restored into ${folder}: ${inWords(facts)}.`);
    if (kept !== null) say(`What was there is kept as ${kept}. Delete it when you do not need it.`);
  }
  return 0;
}

function inWords(facts: Facts): string {
  return `${count(facts.conversations, 'conversation')}, ${count(facts.messages, 'message')}, ${bytes(facts.bytes)}`;
}
