import type { Glasshouse } from '../contract/glasshouse.ts';
import { FailureError } from '../core/models/failure.ts';
import { KIND_WORDS, PRUNED_WORDS, type Pruned } from '../core/models/storage.ts';
import type { Command } from './command.ts';
import { bytes, count } from './figures.ts';
import { isWanted } from './is-wanted.ts';
import type { TerminalStreams } from './screen.ts';

/** `glasshouse storage …`. @returns 0, or 1 when the person did not want it */
export async function storageCommand(
  app: Glasshouse,
  command: Extract<Command, { name: 'storage' }>,
  streams: TerminalStreams,
): Promise<number> {
  const print = (text: string) => void streams.stdout.write(`${text}\n`);
  const report = await app.storage();
  const wouldGo = report.wouldGo.filter((each) => each.count > 0);
  if (command.action === 'show') {
    if (command.json) {
      print(JSON.stringify(report));
      return 0;
    }
    for (const { kind, bytes: size } of report.sizes) print(`${bytes(size).padStart(9)}  ${KIND_WORDS[kind]}`);
    print('');
    for (const [kind, days] of Object.entries(report.retention)) {
      const kept = days === null ? 'kept for ever' : `kept for ${count(days, 'day')}`;
      print(`keep_${kind.padEnd(16)} ${kept}`);
    }
    print(wouldGo.length === 0 ? '\nNothing is older than it is kept.' : '\nOlder than it is kept, and taken away by itself once a day:');
    for (const each of wouldGo) print(`  ${inWords(each)}`);
    return 0;
  }
  if (command.json && !command.yes && wouldGo.length > 0) {
    throw new FailureError('usage', 'With --json nobody is asked: look with `glasshouse storage --json`, then say --yes.');
  }
  if (wouldGo.length === 0 || !(command.yes || (await agreed(wouldGo, print, streams)))) {
    print(
      command.json ? JSON.stringify({ gone: [] }) : wouldGo.length === 0 ? 'Nothing is older than it is kept.' : 'Nothing was changed.',
    );
    return wouldGo.length === 0 ? 0 : 1;
  }
  const gone = (await app.pruneStorage()).filter((each) => each.count > 0);
  if (command.json) print(JSON.stringify({ gone }));
  else for (const each of gone) print(`Taken away: ${inWords(each)}`);
  return 0;
}

async function agreed(wouldGo: readonly Pruned[], print: (text: string) => void, streams: TerminalStreams): Promise<boolean> {
  for (const each of wouldGo) print(inWords(each));
  return isWanted('Take this away? No word of a conversation is in it. [y/N] ', streams);
}

function inWords({ kind, count: many, bytes: size }: Pruned): string {
  return `${count(many, PRUNED_WORDS[kind])}, about ${bytes(size)}`;
}
