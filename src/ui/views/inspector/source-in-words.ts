import type { ConversationSnapshot } from '../../../core/agent/conversation-fold.ts';
import type { Section } from '../../../core/models/request.ts';
import type { ToolCall } from '../../../core/models/tool-call.ts';
import type { RequestSpan } from '../../../contract/views.ts';
import { timeOfDay } from '../../figures.ts';
import { splitWords } from '../conversation/tool-words.ts';
import { say } from '../../words/say.ts';

/** What kind of thing put words into a request: it chooses the sign in the gutter. */
export type SourceKind = 'house' | 'person' | 'agent' | 'file' | 'tool' | 'call' | 'result' | 'wire';

export interface SourceInWords {
  readonly kind: SourceKind;
  readonly title: string;
  /** After the title, in the machine's own words: a tool's name, a path, syntax. */
  readonly object: string | null;
  /** After the object: what became of it. */
  readonly rest?: string;
}

const OF_THE_HOUSE: Record<Section, string> = {
  tools: say`Told of the tools`,
  system: say`Instructions of Glasshouse`,
  history: say`Put together by Glasshouse`,
  plan: say`The plan so far`,
  environment: say`Folder, system and date`,
  input: say`Put together by Glasshouse`,
  wire: say`Syntax`,
};

/** Characters of syntax that name a piece of it. */
const SHOWN_SYNTAX = 60;

/**
 * Who put these words there, as a person would say it: "You, 10:38", "Read report.pdf".
 * `earlier` are the spans before it in the same request: of a call, what was asked comes first and the result after it.
 */
export function sourceInWords(span: RequestSpan, earlier: ReadonlySet<string>, snapshot: ConversationSnapshot | undefined): SourceInWords {
  if (span.section === 'wire') return { kind: 'wire', title: '', object: span.text.slice(0, SHOWN_SYNTAX) };
  const colon = span.source.indexOf(':');
  const who = colon < 0 ? span.source : span.source.slice(0, colon);
  const id = colon < 0 ? '' : span.source.slice(colon + 1);
  switch (who) {
    case 'core':
      return {
        kind: 'house',
        title: id === 'plan_mode' ? say`What plan mode means` : id === 'title' ? say`What a title should be` : OF_THE_HOUSE[span.section],
        object: null,
      };
    case 'instructions':
      return id === 'everywhere'
        ? { kind: 'person', title: say`Your instructions`, object: null }
        : id.startsWith('agent:')
          ? { kind: 'person', title: say`Instructions of the agent “${id.slice('agent:'.length)}”`, object: null }
          : { kind: 'file', title: say`Instructions of this folder`, object: id };
    case 'person':
      return { kind: 'person', title: say`You`, object: null };
    case 'tool':
      return { kind: 'tool', title: '', object: id };
    case 'message':
      return messageInWords(id, span, snapshot);
    case 'call':
      return callInWords(id, earlier.has(span.source), snapshot);
    default:
      return { kind: 'house', title: span.source, object: null };
  }
}

function messageInWords(id: string, span: RequestSpan, snapshot: ConversationSnapshot | undefined): SourceInWords {
  const message = snapshot?.messages.find((each) => each.id === id);
  if (!message) return { kind: 'house', title: span.section === 'input' ? say`This message` : say`An earlier message`, object: null };
  const media = message.parts.find((part) => part.type === 'media' && part.media.hash === span.media?.hash);
  if (media?.type === 'media') return { kind: 'file', title: media.name, object: null };
  const file = message.parts.find((part) => part.type === 'file' && span.text.includes(escaped(part.name)) && span.text.includes('<<<'));
  if (file?.type === 'file') return { kind: 'file', title: file.name, object: null };
  const at = timeOfDay(message.createdAt);
  return message.role === 'person'
    ? { kind: 'person', title: say`You, ${at}`, object: null }
    : { kind: 'agent', title: say`Answer, ${at}`, object: null };
}

function callInWords(id: string, isResult: boolean, snapshot: ConversationSnapshot | undefined): SourceInWords {
  const call = snapshot?.calls.get(id);
  const kind = isResult ? 'result' : 'call';
  if (!call) return { kind, title: isResult ? say`Result of a tool` : say`Call of a tool`, object: null };
  const name = call.tool.replaceAll('_', ' ');
  const isDone = isResult && call.state === 'succeeded';
  const words = isDone ? (call.words?.past ?? name) : (call.words?.future ?? name).replace(/^Will /, '');
  const { verb, object, rest } = splitWords(words, call.input);
  const said = isDone ? capital(verb) : say`Asked to ${verb.charAt(0).toLowerCase()}${verb.slice(1)}`;
  const end = isResult ? endInWords(call) : '';
  return {
    kind,
    title: object === null ? `${said}${rest ? ` ${rest}` : ''}${end}` : said,
    object,
    ...(object !== null && end !== '' ? { rest: end } : {}),
  };
}

/** What became of a call that did not do what was asked, after the words of what was. */
function endInWords(call: ToolCall): string {
  switch (call.state) {
    case 'denied':
      return say`, not allowed`;
    case 'failed':
      return call.startedAt === undefined ? say`, failed before it began` : say`, failed`;
    case 'cancelled':
      return call.startedAt === undefined ? say`, not begun` : say`, stopped by you`;
    case 'interrupted':
      return say`, cut off: may have run`;
    case 'proposed':
    case 'validated':
    case 'awaiting_approval':
    case 'authorized':
    case 'started':
    case 'succeeded':
      return '';
  }
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A name as it stands inside of a JSON string. */
function escaped(name: string): string {
  return JSON.stringify(name).slice(1, -1);
}
