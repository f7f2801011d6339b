import type { Interaction } from '../../../core/models/interaction.ts';
import type { ToolCall } from '../../../core/models/tool-call.ts';
import { say } from '../../words/say.ts';

/** A call in one line: what is done, to what, and what came of it. */
export interface CallWords {
  readonly verb: string;
  /** The thing itself, exactly: a path, a command. */
  readonly object: string | null;
  /** After the object. */
  readonly rest: string;
  /** Why it failed or did not run. */
  readonly why: string | null;
}

/** The words of a call as the list shows it, in the tense of its state. */
export function callWords(call: ToolCall, interaction: Interaction | undefined): CallWords {
  const plain = (words: string) => ({ ...splitWords(words, call.input), why: null });
  const name = call.tool.replaceAll('_', ' ');
  const act = undone(call.words?.future ?? `${name} ${firstValue(call.input)}`.trim());
  switch (call.state) {
    case 'proposed':
    case 'validated':
    case 'authorized':
      return plain(call.words?.future ?? name);
    case 'awaiting_approval':
      return plain(act);
    case 'started':
      return plain(call.words?.present ?? name);
    case 'succeeded':
      return plain(call.words?.past ?? name);
    case 'failed':
      return {
        ...splitWords(call.startedAt === undefined ? act : (call.words?.past ?? name), call.input),
        why: call.failure?.message ?? say`It failed.`,
      };
    case 'denied': {
      const { object, verb, rest } = splitWords(act, call.input);
      return { verb: say`Not allowed:`, object: object ?? `${verb}${rest}`, rest: '', why: deniedBy(call, interaction) };
    }
    case 'cancelled': {
      const { object, verb, rest } = splitWords(act, call.input);
      return {
        verb: call.startedAt === undefined ? say`Not begun:` : say`Stopped`,
        object: object ?? `${verb}${rest}`,
        rest: call.startedAt === undefined ? '' : say`by you`,
        why: null,
      };
    }
    case 'interrupted': {
      const { object, verb, rest } = splitWords(act, call.input);
      return { verb: say`Cut off:`, object: object ?? `${verb}${rest}`, rest: say`may have run`, why: null };
    }
  }
}

/** "Will run `ls`" as the plain act: "Run `ls`". */
function undone(words: string): string {
  const act = words.replace(/^Will /, '');
  return act.charAt(0).toUpperCase() + act.slice(1);
}

/** What a call is about that has no words of its own: its input was not valid. */
function firstValue(input: unknown): string {
  const values = typeof input === 'object' && input !== null ? Object.values(input) : [];
  const text = values.find((value): value is string => typeof value === 'string' && value.length <= 80 && !value.includes('\n'));
  return text ?? '';
}

function deniedBy(call: ToolCall, interaction: Interaction | undefined): string {
  if (interaction?.answer?.kind === 'deny') return interaction.answer.reason ? say`by you: ${interaction.answer.reason}` : say`by you`;
  if (call.failure?.code === 'tool_repeated') return say`it was asked for again and again`;
  if (call.failure?.code === 'tool_unanswered') return say`nobody could be asked`;
  return call.failure?.message.replace(/ (?:The call|It) did not run\.$/, '') ?? say`by a rule`;
}

/** The verb, and the thing that stands in the machine's face: what is in backticks or quotes, or a value of the input. */
export function splitWords(words: string, input: unknown): Omit<CallWords, 'why'> {
  const quoted = /^(.*?)(`[^`]+`|“[^”]+”)(.*)$/s.exec(words);
  if (quoted) {
    const [, verb = '', object = '', rest = ''] = quoted;
    return { verb: verb.trim(), object: object.startsWith('`') ? object.slice(1, -1) : object, rest: rest.trim() };
  }
  const values = typeof input === 'object' && input !== null ? Object.values(input) : [];
  const named = values
    .filter((value): value is string => typeof value === 'string' && value !== '' && words.includes(` ${value}`))
    .toSorted((a, b) => b.length - a.length)[0];
  if (named === undefined) return { verb: words, object: null, rest: '' };
  const at = words.indexOf(` ${named}`);
  return { verb: words.slice(0, at), object: named, rest: words.slice(at + 1 + named.length).trim() };
}

/** A result that is one short line is told at once; anything longer waits in the opened row. */
export function shortResult(call: ToolCall): string {
  if (call.state !== 'succeeded') return '';
  const output = (call.output ?? '').trim();
  return output.length <= 72 && !output.includes('\n') ? output : '';
}

/** Who allowed it, in words. */
export function allowedBy(call: ToolCall, interaction: Interaction | undefined): string {
  const { authorisation } = call;
  if (!authorisation) return call.state === 'denied' ? say`Did not run` : '';
  switch (authorisation.by) {
    case 'person': {
      const answer = interaction?.answer;
      if (answer?.kind !== 'allow' || !answer.remember) return say`You allowed it once`;
      return answer.remember.scope === 'conversation' ? say`You allowed it for this conversation` : say`You allowed it always`;
    }
    case 'rule':
      return authorisation.reason.replace(/\.$/, '');
    case 'effect':
      return say`Not asked: ${authorisation.reason.charAt(0).toLowerCase()}${authorisation.reason.slice(1).replace(/\.$/, '')}`;
  }
}
