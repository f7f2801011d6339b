import { fstatSync } from 'node:fs';
import type { Glasshouse } from '../contract/glasshouse.ts';
import { DEFAULT_AGENT } from '../core/models/agent-profile.ts';
import { FailureError } from '../core/models/failure.ts';
import { DEFAULT_BUDGET } from '../core/models/run.ts';
import type { NewAttachment } from '../core/models/media.ts';
import type { RunArguments } from './command.ts';
import { usage } from './words.ts';
import { readAttachments } from './attach.ts';
import { RunSession, type RunEnvironment } from './run-session.ts';
import { Screen, type TerminalStreams } from './screen.ts';

/** What is read from a pipe at most; characters. */
const STDIN_LIMIT = 200_000;
/** How long to wait for the first byte of a pipe when there is a prompt too; milliseconds. */
const STDIN_WAIT = 1_000;

/** What is said where nothing is said beside a file. */
const SEE_ATTACHED = 'See the attached file.';

/**
 * `glasshouse run`: sends the prompt, shows the run, answers its questions.
 * @returns the exit code
 */
export async function runCommand(app: Glasshouse, args: RunArguments, environment: RunEnvironment): Promise<number> {
  const screen = new Screen(environment.streams);
  const piped = await readPiped(environment.streams, args.prompt !== '', screen);
  const conversationId = await conversationOf(app, args, environment.workspace);
  const attachments: readonly NewAttachment[] = [
    ...readAttachments(args.attach),
    ...(args.prompt && piped ? [{ name: 'standard input', text: piped, trust: 'untrusted' as const }] : []),
  ];
  const text = args.prompt || piped || (attachments.length > 0 ? SEE_ATTACHED : '');
  if (!text && conversationId === null) throw usage('Say what to do: glasshouse run "PROMPT"');

  const form = args.schema === null ? null : (await import('./answer-form.ts')).readAnswerForm(args.schema);
  const session = new RunSession(app, { json: args.json, form }, environment, screen);
  const unsubscribe = app.subscribe((published) => session.take(published));
  const stopListening = environment.onInterrupt(() => session.interrupt());
  try {
    const agentId = await agentOf(app, args.agent, conversationId);
    const model = args.model ?? (await app.modelOf(agentId));
    const sent =
      text === '' && conversationId !== null
        ? await app.resume(conversationId)
        : await app.send({
            commandId: environment.newId(),
            ...(conversationId === null ? {} : { conversationId }),
            workspace: environment.workspace,
            ...(agentId === undefined ? {} : { agentId }),
            text,
            attachments,
            model,
            budget: { ...DEFAULT_BUDGET, ...(args.maxSteps === null ? {} : { maxSteps: args.maxSteps }) },
            ...(form ? { answerSchema: form.schema } : {}),
            ...(args.plan ? { mode: 'plan' as const } : {}),
          });
    if (!sent.ok) throw new FailureError(sent.failure.code, sent.failure.message);
    return await session.finished(sent.value.runId);
  } finally {
    unsubscribe();
    stopListening();
    environment.keyboard?.destroy();
  }
}

/** The conversation that the words mean; null: a new one. */
export async function conversationOf(
  app: Glasshouse,
  args: Pick<RunArguments, 'conversation' | 'continues'>,
  workspace: string,
): Promise<string | null> {
  if (args.conversation !== null) {
    const found = await app.findConversation(args.conversation);
    if (!found.ok) throw new FailureError(found.failure.code, found.failure.message);
    return found.value.id;
  }
  if (!args.continues) return null;
  const latest = await app.latestConversation(workspace);
  if (!latest) throw new FailureError('conversation_not_found', `There is no conversation in ${workspace} yet.`);
  return latest.id;
}

/** The agent of a conversation, or the one that a new one is to begin with; undefined: the one that works where none was chosen. */
export async function agentOf(app: Glasshouse, name: string | null, conversationId: string | null): Promise<string | undefined> {
  if (conversationId !== null) {
    const found = await app.findConversation(conversationId);
    return found.ok ? found.value.agentId : undefined;
  }
  if (name === null || name === DEFAULT_AGENT) return undefined;
  const agent = await app.findAgent(name);
  if (!agent.ok) throw new FailureError(agent.failure.code, agent.failure.message);
  return agent.value.id;
}

/** What stands on standard input when it is a file or a pipe; nothing when it is a terminal or closed. */
async function readPiped(streams: TerminalStreams, hasPrompt: boolean, screen: Screen): Promise<string> {
  if (!isPipeOrFile()) return '';
  const { stdin } = streams;
  const chunks: Buffer[] = [];
  let size = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<'silent'>((resolve) => {
    if (hasPrompt) timer = setTimeout(() => resolve('silent'), STDIN_WAIT);
  });
  const reading = (async () => {
    for await (const chunk of stdin) {
      clearTimeout(timer);
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > STDIN_LIMIT * 4) break;
    }
    return 'read' as const;
  })();
  if ((await Promise.race([reading, waited])) === 'silent' && size === 0) {
    screen.line('  Standard input is open but says nothing; going on without it.');
    stdin.unref();
    return '';
  }
  await reading;
  clearTimeout(timer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.includes('\u0000')) throw usage('Standard input is not text. Put the file into the workspace and name it instead.');
  if (text.length <= STDIN_LIMIT) return text.trim();
  throw usage(
    `Standard input has more than ${STDIN_LIMIT.toLocaleString('en-US')} characters. Put it into a file in the workspace and name it instead.`,
  );
}

function isPipeOrFile(): boolean {
  try {
    const stat = fstatSync(0);
    return stat.isFIFO() || stat.isFile() || stat.isSocket();
  } catch {
    return false;
  }
}
