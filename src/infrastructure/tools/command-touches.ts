import { FailureError } from '../../core/models/failure.ts';
import type { Touches } from '../../core/models/tool-call.ts';
import { runsByItself } from '../../core/tools/self-running-files.ts';
import { parseCommand } from './shell-grammar.ts';
import { type PathRules, resolveInWorkspace } from './workspace-paths.ts';

/** What a shell line runs, where its redirections write and read, and why it must be asked about, if it must. */
export async function commandTouches(command: string, network: boolean, rules: PathRules): Promise<Touches> {
  const parsed = await parseCommand(command);
  const mustAsk = new Set(parsed.mustAsk);
  const place = async (path: string, verb: string): Promise<string[]> => {
    try {
      const target = resolveInWorkspace(rules, path, { mustExist: false });
      if (parsed.changesFolder && !path.startsWith('/')) mustAsk.add(`it ${verb} ${path} after it may have changed the folder`);
      const reason = runsByItself(target.shown);
      if (reason !== null && verb === 'writes') mustAsk.add(`it writes ${target.shown}: ${reason}`);
      return [target.path];
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      mustAsk.add(`it ${verb} ${path}: ${error.failure.message}`);
      return [];
    }
  };
  const writes = (await Promise.all(parsed.writes.map((path) => place(path, 'writes')))).flat();
  const reads = (await Promise.all(parsed.reads.map((path) => place(path, 'reads')))).flat();
  return { commands: parsed.commands, writes, reads, network, mustAsk: [...mustAsk] };
}
