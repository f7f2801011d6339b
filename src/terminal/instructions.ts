import type { Glasshouse } from '../contract/glasshouse.ts';
import { FailureError } from '../core/models/failure.ts';
import { visible } from '../core/models/visible.ts';
import type { Command } from './command.ts';
import { isWanted } from './is-wanted.ts';
import type { TerminalStreams } from './screen.ts';

const STATES = {
  none: 'There is no AGENTS.md here that could be told to a model.',
  new: 'Not approved: no model is told of it.',
  changed: 'Changed since you approved it: no model is told of it.',
  approved: 'Approved: it goes with every request from this folder.',
} as const;

/** `glasshouse instructions …`. @returns 0, or 1 when the person did not want it @throws FailureError `usage` */
export async function instructionsCommand(
  app: Glasshouse,
  command: Extract<Command, { name: 'instructions' }>,
  workspace: string,
  streams: TerminalStreams,
): Promise<number> {
  const say = (text: string) => void streams.stdout.write(`${text}\n`);
  if (command.action === 'forget') {
    const forgotten = await app.forgetInstructions(workspace);
    if (command.json) say(JSON.stringify({ workspace, forgotten }));
    else say(forgotten ? 'No model is told of it any more.' : 'It was not approved.');
    return 0;
  }
  const { state, file } = await app.instructions(workspace);
  if (command.json && command.action === 'approve' && !command.yes && file !== null && state !== 'approved') {
    throw new FailureError('usage', 'With --json nobody is asked: read it with `show`, then say --yes.');
  }
  if (command.json && (command.action === 'show' || file === null || state === 'approved')) {
    say(JSON.stringify({ workspace, state, file }));
    return 0;
  }
  if (file !== null && state !== 'approved' && !command.json) say(`${visible(file.text)}\n`);
  if (file === null || command.action === 'show' || state === 'approved') {
    if (file !== null && state === 'approved' && command.action === 'show') say(`${visible(file.text)}\n`);
    say(STATES[state]);
    return 0;
  }
  if (!command.yes && !(await isWanted('Tell it to every model that works in this folder, as if you had said it? [y/N] ', streams))) {
    say('Nothing was changed.');
    return 1;
  }
  if (!(await app.approveInstructions(workspace, file.digest)))
    throw new FailureError('usage', `${file.file} was changed in this moment: read it again.`);
  say(command.json ? JSON.stringify({ workspace, state: 'approved', file }) : STATES.approved);
  return 0;
}
