import type { Glasshouse } from '../contract/glasshouse.ts';
import { FailureError, type Result } from '../core/models/failure.ts';
import { visible } from '../core/models/visible.ts';
import type { FoldersCommand } from './command.ts';
import type { TerminalStreams } from './screen.ts';

/** `glasshouse folders …`. @returns the exit code */
export async function foldersCommand(app: Glasshouse, command: FoldersCommand, streams: TerminalStreams): Promise<number> {
  const say = (text: string) => void streams.stdout.write(`${text}\n`);
  switch (command.action) {
    case 'list': {
      const folders = await app.folders();
      if (folders.length === 0 && !command.json) say('There is none yet: glasshouse folders add NAME');
      for (const folder of folders) say(command.json ? JSON.stringify(folder) : visible(folder.name));
      return 0;
    }
    case 'add':
      say(`${visible(valueOf(await app.saveFolder(null, command.folder)).name)}: made.`);
      return 0;
    case 'rename': {
      const { id } = valueOf(await app.findFolder(command.folder));
      say(`${visible(valueOf(await app.saveFolder(id, command.title)).name)}: renamed.`);
      return 0;
    }
    case 'delete': {
      const { id, name } = valueOf(await app.findFolder(command.folder));
      await app.removeFolder(id);
      say(`${visible(name)}: deleted. What was in it stays.`);
      return 0;
    }
  }
}

function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new FailureError(result.failure.code, result.failure.message);
  return result.value;
}
