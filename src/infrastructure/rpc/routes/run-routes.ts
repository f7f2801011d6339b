import { answerAgain } from '../../../application/use-cases/answer-again.ts';
import { editMessage } from '../../../application/use-cases/edit-message.ts';
import { leadThrough } from '../../../application/use-cases/lead-through.ts';
import type { Sent } from '../../../application/use-cases/new-run.ts';
import { resumeRun } from '../../../application/use-cases/resume-run.ts';
import { sendMessage } from '../../../application/use-cases/send-message.ts';
import type { GlasshouseClient, RunAgain, SendInput } from '../../../contract/client.ts';
import { FailureError } from '../../../core/models/failure.ts';
import type { Attachment, NewAttachment } from '../../../core/models/media.ts';
import { readFormat } from '../../../core/models/media-format.ts';
import { DEFAULT_BUDGET } from '../../../core/models/run.ts';
import type { Served } from '../served.ts';
import { valueOf } from '../value-of.ts';

/** What a person says to an agent, and what becomes of it. */
export function runRoutes(served: Served): Pick<GlasshouseClient, 'messages' | 'uploads' | 'runs' | 'calls' | 'interactions'> {
  const sending = new Map<string, Promise<Sent>>();
  // A repeat that comes while the first is still being taken in waits for the same reply.
  const once = (commandId: string, take: () => Promise<Sent>) => {
    const known = sending.get(commandId);
    if (known) return known;
    const sent = take().finally(() => sending.delete(commandId));
    sending.set(commandId, sent);
    return sent;
  };
  return {
    messages: {
      send: (input) => once(input.commandId, () => send(served, input)),
      edit: (input) =>
        once(input.commandId, async () =>
          valueOf(await editMessage(served.runDeps, { ...(await againCommand(served, input)), text: input.text })),
        ),
      answerAgain: (input) =>
        once(input.commandId, async () => valueOf(await answerAgain(served.runDeps, await againCommand(served, input)))),
      leadThrough: async ({ conversationId, messageId }) => {
        const led = valueOf(await leadThrough({ ...served.runDeps, editor: served.editor }, conversationId, messageId));
        served.stream.look();
        return led;
      },
      editWaiting: async ({ inputId, text }) => ({ changed: await changeWaiting(served, inputId, text) }),
      moveWaiting: async ({ inputId, before }) => {
        const moved = await served.editor.moveWaiting(inputId, before);
        served.stream.look();
        return { moved: moved !== null };
      },
      withdrawWaiting: async ({ inputId }) => ({ withdrawn: await changeWaiting(served, inputId, null) }),
    },
    uploads: {
      ticket: async ({ name, bytes }) => {
        const ticket = served.tickets.forUpload(name, bytes);
        return { ticket, url: `/uploads/${ticket}` };
      },
    },
    runs: {
      list: async ({ conversationId }) => {
        await conversationOf(served, conversationId);
        return { runs: await served.reader.runs(conversationId) };
      },
      stop: async ({ runId }) => ({ stopped: served.supervisor.stop(runId) }),
      resume: async ({ conversationId }) => {
        await conversationOf(served, conversationId);
        return valueOf(await resumeRun(served.runDeps, conversationId));
      },
    },
    calls: {
      output: async ({ conversationId, callId }) => {
        const output = await served.reader.output(conversationId, callId);
        if (!output) throw new FailureError('call_not_found', `There is no output of a call ${callId}.`);
        return output;
      },
    },
    interactions: {
      answer: async ({ interactionId, answer }) => {
        const answered = served.supervisor.answer(interactionId, answer, 'person');
        if (!answered.ok) throw await whyNotAnswered(served, interactionId);
        return {};
      },
    },
  };
}

async function againCommand(served: Served, { commandId, conversationId, messageId, model }: RunAgain) {
  const conversation = await served.reader.conversation(conversationId);
  const asked = model ?? (await served.app.modelOf(conversation?.agentId));
  return { commandId, conversationId, messageId, actor: 'person' as const, model: asked, budget: DEFAULT_BUDGET };
}

async function send(served: Served, input: SendInput): Promise<Sent> {
  // A repeat gets the first reply, whatever became of the files that came with it.
  const before = await served.reader.inputRun(input.commandId);
  if (before) return before;
  if (input.text.trim() === '' && !input.attachments?.length && !input.uploads?.length) {
    throw new FailureError('usage', 'There is nothing in the message.');
  }
  const workspace = input.conversationId === undefined ? await workspaceFor(served, input.workspace) : '';
  const kept = await Promise.all((input.attachments ?? []).map((each) => keptAttachment(served, input.conversationId ?? '', each)));
  const known = input.conversationId === undefined ? null : await served.reader.conversation(input.conversationId);
  const agentId = known ? known.agentId : input.agentId;
  const uploads = valueOf(served.tickets.takeUploads(input.uploads ?? []));
  const sent = await sendMessage(served.runDeps, {
    commandId: input.commandId,
    actor: 'person',
    ...(input.conversationId === undefined ? {} : { conversationId: input.conversationId }),
    workspace,
    text: input.text,
    // A file that was handed over can hold anybody's words.
    attachments: [...kept, ...uploads.map((upload) => ({ ...upload, trust: 'untrusted' as const }))],
    model: input.model ?? (await served.app.modelOf(agentId)),
    budget: DEFAULT_BUDGET,
    ...(input.agentId === undefined ? {} : { agentId: input.agentId }),
    ...(input.mode === undefined ? {} : { mode: input.mode }),
    whenBusy: input.whenBusy ?? 'steer',
  });
  return valueOf(sent);
}

/** Of a picture only its hash is taken at the client's word: what it is, is read from the bytes that the conversation has of it. */
async function keptAttachment(served: Served, conversationId: string, attachment: Attachment): Promise<NewAttachment> {
  if ('text' in attachment) return attachment;
  const { name, trust, media } = attachment;
  const data = await served.reader.media(conversationId, media.hash);
  if (data === null) throw new FailureError('media_missing', `The conversation does not have ${name}.`);
  return { name, trust, media: { ...valueOf(readFormat(data, name)), hash: media.hash } };
}

/** The folder that was chosen; else the one that was worked in last; else the example. */
async function workspaceFor(served: Served, chosen: string | undefined): Promise<string> {
  if (chosen !== undefined) return valueOf(served.folders.resolve(chosen));
  for (const { path } of await served.tallies.workspaces()) {
    const found = served.folders.resolve(path);
    if (found.ok) return found.value;
  }
  return served.folders.example();
}

async function changeWaiting(served: Served, inputId: string, text: string | null): Promise<boolean> {
  const changed = await served.editor.changeWaiting(inputId, text);
  served.stream.look();
  return changed !== null;
}

async function conversationOf(served: Served, id: string): Promise<void> {
  if (!(await served.reader.conversation(id))) throw new FailureError('conversation_not_found', `There is no conversation ${id}.`);
}

async function whyNotAnswered(served: Served, interactionId: string): Promise<FailureError> {
  const interaction = await served.pictures.interaction(interactionId);
  if (!interaction) return new FailureError('interaction_not_found', 'There is no such question.');
  if (interaction.state === 'open' && !served.supervisor.isActive(interaction.runId)) {
    return new FailureError('run_elsewhere', 'This is asked by a run in another process.');
  }
  return new FailureError('interaction_settled', 'This was answered already, or its run is over.');
}
