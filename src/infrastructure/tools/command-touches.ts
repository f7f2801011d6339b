import type { Touches } from '../../core/models/tool-call.ts';
import type { PathRules } from './workspace-paths.ts';

/** What a shell line runs, writes and reaches. */
export async function commandTouches(_command: string, network: boolean, _rules: PathRules): Promise<Touches> {
  return { commands: null, network, mustAsk: ['the command is not understood'] };
}
