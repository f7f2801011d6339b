import type { Glasshouse } from '../contract/glasshouse.ts';
import type { ConversationSnapshot } from '../core/agent/conversation-fold.ts';
import { FailureError } from '../core/models/failure.ts';
import { mediaInWords } from '../core/models/media.ts';
import type { Message, Part } from '../core/models/message.ts';
import type { RecordedRequest, RecordedRun } from '../core/models/records.ts';
import type { Command } from './command.ts';
import { count, money, priceInWords, tokens } from './figures.ts';
import { callLine } from './run-view.ts';
import { fit, Screen, type TerminalStreams } from './screen.ts';
import { visible } from '../core/models/visible.ts';
import { harmless } from './harmless.ts';

type Conversations = Extract<Command, { name: 'conversations' }>;

/** `glasshouse conversations …`. @returns the exit code */
export async function conversationsCommand(app: Glasshouse, command: Conversations, streams: TerminalStreams): Promise<number> {
  const print = (text: string) => streams.stdout.write(`${text}\n`);
  switch (command.action) {
    case 'list':
      return list(app, command, print);
    case 'search':
      return search(app, command, print, streams);
    case 'show':
      return show(app, command, print, new Screen({ ...streams, stderr: streams.stdout }));
    case 'export':
      return write(app, command, streams);
    case 'move':
      return move(app, command, print);
    case 'restore':
      return restore(app, command, print);
    case 'delete':
      return remove(app, command, print, streams);
  }
}

const NONE = {
  list: 'There is no conversation yet. Begin one: glasshouse run "…"',
  archive: 'Nothing is in the archive.',
  trash: 'Nothing is in the trash.',
} as const;

async function list(app: Glasshouse, command: Extract<Conversations, { action: 'list' }>, print: (text: string) => void): Promise<number> {
  const folder = command.folder === null ? null : await folderNamed(app, command.folder);
  const conversations = await app.conversations({
    limit: command.limit,
    place: command.place,
    ...(folder === null ? {} : { folderId: folder }),
  });
  if (command.json) for (const conversation of conversations) print(JSON.stringify(conversation));
  else if (conversations.length === 0) print(NONE[command.place]);
  else {
    for (const conversation of conversations) {
      const state =
        conversation.lastRunState === 'completed' || conversation.lastRunState === null ? '' : `  (${conversation.lastRunState})`;
      print(`${shortId(conversation.id)}  ${when(conversation.updatedAt)}  ${fit(visible(conversation.title), 72)}${state}`);
    }
  }
  return 0;
}

/** The id of a folder. @throws FailureError `folder_not_found` */
async function folderNamed(app: Glasshouse, name: string): Promise<string> {
  const folder = await app.findFolder(name);
  if (!folder.ok) throw new FailureError(folder.failure.code, folder.failure.message);
  return folder.value.id;
}

async function move(app: Glasshouse, command: Extract<Conversations, { action: 'move' }>, print: (text: string) => void): Promise<number> {
  const folder = command.folder === '' ? null : await folderNamed(app, command.folder);
  for (const wanted of command.ids) {
    const { id, title } = await found(app, wanted);
    await app.moveConversation(id, folder);
    print(`${shortId(id)}  ${visible(title)}: ${folder === null ? 'in no folder' : `in ${visible(command.folder)}`}`);
  }
  return 0;
}

async function search(
  app: Glasshouse,
  command: Extract<Conversations, { action: 'search' }>,
  print: (text: string) => void,
  streams: TerminalStreams,
): Promise<number> {
  const { hits, notes } = await app.search(command.query, { limit: command.limit });
  for (const note of notes) streams.stderr.write(`${visible(note)}\n`);
  const [on, off] = streams.stdout.isTTY === true ? ['\u001b[1;33m', '\u001b[0m'] : ['', ''];
  if (command.json)
    for (const hit of hits) print(JSON.stringify({ ...hit, excerpt: hit.excerpt.replaceAll(HIT_STARTS, '').replaceAll(HIT_ENDS, '') }));
  else if (hits.length === 0) print('Nothing found.');
  else {
    // Together by conversation, each where its best hit stands.
    for (const [id, of] of Map.groupBy(hits, (hit) => hit.conversationId)) {
      print(`${shortId(id)}  ${fit(visible(of[0]?.conversationTitle ?? ''), 72)}`);
      for (const hit of of) {
        const kind = { message: 'message', tool_input: 'tool input', tool_result: 'tool result' }[hit.kind];
        print(`    ${when(hit.createdAt)}  [${kind}]  ${marked(hit.excerpt, on, off)}`);
      }
    }
  }
  return 0;
}

/** Where a hit starts and ends in an excerpt. */
export const HIT_STARTS = '\u0002';
export const HIT_ENDS = '\u0003';

function marked(excerpt: string, on: string, off: string): string {
  const plain = (text: string) => visible(text.replace(/\s+/g, ' '));
  return excerpt
    .split(HIT_STARTS)
    .map((piece, index) => {
      if (index === 0) return plain(piece);
      const [hit = '', ...rest] = piece.split(HIT_ENDS);
      return `${on}${plain(hit)}${off}${plain(rest.join(''))}`;
    })
    .join('');
}

async function show(
  app: Glasshouse,
  command: Extract<Conversations, { action: 'show' }>,
  print: (text: string) => void,
  screen: Screen,
): Promise<number> {
  const { id } = await found(app, command.id);
  const snapshot = await app.snapshot(id);
  if (!snapshot) throw new FailureError('conversation_not_found', `There is no conversation ${command.id}.`);
  const runs = await app.runs(id);
  const requests = command.requests ? await app.requests(id) : [];
  if (command.json) {
    print(
      JSON.stringify({
        ...snapshot,
        calls: [...snapshot.calls.values()],
        interactions: [...snapshot.interactions.values()],
        runs,
        ...(command.requests ? { requests } : {}),
      }),
    );
    return 0;
  }
  for (const message of snapshot.messages) showMessage(message, snapshot, print, screen);
  for (const run of runs) showRun(run, print, screen);
  for (const request of requests) showRequest(request, print, screen);
  return 0;
}

function showMessage(message: Message, snapshot: ConversationSnapshot, print: (text: string) => void, screen: Screen): void {
  print(screen.style('bold', `${message.role === 'person' ? 'You' : 'Glasshouse'}  ${when(message.createdAt)}`));
  // What only the provider can read of its thoughts has no words to show.
  const spoken = message.parts.filter((part) => part.type !== 'reasoning' || part.text !== '' || part.state === 'open');
  for (const part of spoken) print(partText(part, snapshot, screen));
  print('');
}

function partText(part: Part, snapshot: ConversationSnapshot, screen: Screen): string {
  const note =
    part.state === 'interrupted'
      ? screen.style('yellow', ' (interrupted)')
      : part.state === 'open'
        ? screen.style('dim', ' (still coming)')
        : '';
  const outside = part.trust === 'untrusted' ? screen.style('dim', ' (from outside)') : '';
  switch (part.type) {
    case 'text':
      return `${harmless(part.text)}${note}`;
    case 'reasoning':
      return screen.style('dim', `  thought: ${harmless(part.text)}${note}`);
    case 'file':
      return screen.style('dim', `  [${visible(part.name)}, ${part.text.length} characters]${outside}`);
    case 'media':
      return screen.style('dim', `  [${visible(part.name)}, ${mediaInWords(part.media)}]${outside}`);
    case 'notice':
      return screen.style('yellow', `  ! ${visible(part.text)}`);
    case 'tool_call': {
      const call = snapshot.calls.get(part.callId);
      if (!call) return '';
      const allowed =
        call.authorisation && call.authorisation.by !== 'effect' ? screen.style('dim', `\n    ${call.authorisation.reason}`) : '';
      return `${callLine(call, screen)}${allowed}`;
    }
  }
}

function showRun(run: RecordedRun, print: (text: string) => void, screen: Screen): void {
  const failure = run.failure ? `: ${visible(run.failure.message)}` : '';
  print(screen.style('dim', `run ${shortId(run.id)}  ${run.model}  ${run.state.name}${failure}`));
  for (const step of run.steps) {
    const usage = step.usage
      ? `${tokens(step.usage.input, step.usage.exact)} in, ${tokens(step.usage.output, step.usage.exact)} out`
      : 'no count';
    const cost = step.cost === undefined ? null : money(step.cost);
    const attempt = step.attempt > 1 ? ` (try ${step.attempt})` : '';
    print(
      screen.style(
        'dim',
        `  step ${step.ord}${attempt}  ${step.purpose}  ${usage}${cost ? `  ${cost}` : ''}  ${step.finish ?? 'unfinished'}`,
      ),
    );
  }
  const prices = new Set(run.steps.flatMap((step) => (step.price && step.cost ? [priceInWords(step.price)] : [])));
  for (const price of prices) print(screen.style('dim', `  reckoned at ${price}`));
}

function showRequest(request: RecordedRequest, print: (text: string) => void, screen: Screen): void {
  print('');
  print(screen.style('bold', `${request.method} ${request.url}`));
  for (const [name, value] of Object.entries(request.headers)) print(screen.style('dim', `${name}: ${value}`));
  if (request.removedAfter === undefined) print(harmless(request.spans.map((span) => span.text).join('')));
  else print(screen.style('dim', `The words of this request were removed after ${count(request.removedAfter, 'day')}.`));
}

async function restore(
  app: Glasshouse,
  command: Extract<Conversations, { action: 'restore' }>,
  print: (text: string) => void,
): Promise<number> {
  const conversations = [];
  for (const id of command.ids) conversations.push(await found(app, id));
  for (const { id, title } of conversations) {
    await app.restore(id);
    print(command.json ? JSON.stringify({ restored: id }) : `Restored ${shortId(id)}  ${visible(title)}`);
  }
  return 0;
}

/** The file goes to stdout, or where it is told to; what is there is replaced. */
async function write(
  app: Glasshouse,
  { id: given, format, output }: Extract<Conversations, { action: 'export' }>,
  { stdout, stderr }: TerminalStreams,
): Promise<number> {
  const { id } = await found(app, given);
  const file = await app.export(id, format);
  if (!file) throw new FailureError('conversation_not_found', `There is no conversation ${given}.`);
  if (output === null) {
    // On a terminal nothing that a model wrote may be a command to it.
    stdout.write(stdout.isTTY === true ? harmless(file.text) : file.text);
    return 0;
  }
  const { writeFile } = await import('node:fs/promises');
  try {
    // Words of a conversation are for this person's eyes.
    await writeFile(output, file.text, { mode: 0o600 });
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new FailureError('usage', `--output: ${visible(output)} cannot be written${why}.`, { cause: error });
  }
  stderr.write(`Exported ${shortId(id)} to ${visible(output)}\n`);
  return 0;
}

async function remove(
  app: Glasshouse,
  command: Extract<Conversations, { action: 'delete' }>,
  print: (text: string) => void,
  streams: TerminalStreams,
): Promise<number> {
  const conversations = [];
  for (const id of command.ids) conversations.push(await found(app, id));
  if (!command.yes) {
    const names = conversations.map((conversation) => `“${visible(conversation.title)}”`).join(', ');
    if (!(await confirm(`Delete ${names}? This cannot be undone. [y/N] `, streams))) return 4;
  }
  for (const { id, title } of conversations) {
    await app.purge(id);
    print(command.json ? JSON.stringify({ deleted: id }) : `Deleted ${shortId(id)}  ${visible(title)}`);
  }
  return 0;
}

async function confirm(question: string, streams: TerminalStreams): Promise<boolean> {
  if (streams.stdin.isTTY !== true) throw new FailureError('usage', 'Nobody can be asked here: give --yes to delete without asking.');
  const { createInterface } = await import('node:readline/promises');
  const line = createInterface({ input: streams.stdin, output: streams.stderr });
  const answer = await line.question(question);
  line.close();
  return /^y(es)?$/i.test(answer.trim());
}

async function found(app: Glasshouse, id: string) {
  const result = await app.findConversation(id);
  if (!result.ok) throw new FailureError(result.failure.code, result.failure.message);
  return result.value;
}

/** Enough of an id to name it: the time and a piece of its chance. */
function shortId(id: string): string {
  return id.slice(0, 13);
}

function when(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
