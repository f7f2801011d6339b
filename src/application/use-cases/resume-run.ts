import { failure, type Result } from '../../core/models/failure.ts';
import type { NewRunDeps, Sent } from './new-run.ts';

/** Goes on with the suspended run of a conversation, by the person's word (R4). What may have run is not run again by itself (R3). */
export async function resumeRun(deps: NewRunDeps, conversationId: string): Promise<Result<Sent>> {
  const conversation = await deps.reader.conversation(conversationId);
  const run = conversation ? await deps.reader.unfinishedRun(conversationId) : null;
  if (!conversation || !run || run.state.name !== 'suspended' || !(await deps.instances.adopt(run.id))) {
    return { ok: false, failure: failure('run_not_found', 'There is no suspended run to go on with here. Say what to do next.') };
  }
  deps.supervisor.start(run, conversation.workspace, run.version);
  return { ok: true, value: { conversationId, runId: run.id } };
}
