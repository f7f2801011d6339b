import type { AgentEvent } from '../core/agent/agent-event.ts';
import type { RunStateName } from '../core/agent/agent-state.ts';
import type { InteractionAnswer } from '../core/models/interaction.ts';
import { adviceFor } from '../core/models/failure.ts';
import { planAsText } from '../core/models/plan.ts';
import { isSettled, type ToolCall } from '../core/models/tool-call.ts';
import { bytes, destination, duration, money, progress, tokens } from './figures.ts';
import { fit, wrap, type Screen } from './screen.ts';
import { visible } from '../core/models/visible.ts';

/** Lines of a running tool's output that are shown; all of it is stored. */
const OUTPUT_LINES = 12;

/** One pane of the house is lit for each state of work; all four when it waits for the person. */
const SIGNS: Partial<Record<RunStateName, string>> = {
  planning: '▘',
  acting: '▝',
  observing: '▗',
  reflecting: '▖',
  awaiting_interaction: '█',
};

/** Shows a run as it goes: words on stdout; state, tools, plan, notices and cost on stderr. */
export class RunView {
  readonly #screen: Screen;
  readonly #now: () => number;
  readonly #startedAt: number;
  #state: RunStateName = 'queued';
  #words = '';
  #textParts = new Set<string>();
  #answeredParts = 0;
  #output = new Map<string, { lines: number; rest: string }>();
  #told = '';

  readonly #holdsAnswer: boolean;
  #held = '';

  /** @param holdsAnswer the answer is not shown as it comes: it is held against a form first */
  constructor(screen: Screen, now: () => number, holdsAnswer = false) {
    this.#screen = screen;
    this.#now = now;
    this.#holdsAnswer = holdsAnswer;
    this.#startedAt = now();
  }

  /** What the model answered last, where answers are held. */
  get lastAnswer(): string {
    return this.#held;
  }

  show(event: AgentEvent): void {
    if (this.#holdsAnswer && this.#hold(event)) return;
    switch (event.type) {
      case 'state_changed':
        this.#state = event.state.name;
        this.#say(stateWords(event.state.name));
        break;
      case 'model_opened':
        this.#screen.line(this.#screen.style('dim', `  ${event.model} · ${destination(event.destination)}`));
        break;
      case 'model_progressed':
        this.#say(progressWords(event, this.#screen.isLive));
        break;
      case 'part_started':
        if (event.part.type === 'text') {
          this.#textParts.add(event.part.id);
          this.#answeredParts += 1;
          // A blank line between paragraphs, and on a terminal between the work and the answer.
          if (this.#answeredParts > 1) this.#screen.answer('\n');
          else if (this.#screen.isLive) this.#screen.line('');
          this.#screen.answer(event.part.text);
        }
        break;
      case 'part_delta':
        if (this.#textParts.has(event.partId)) this.#screen.answer(event.text);
        break;
      case 'part_completed':
        if (this.#textParts.has(event.partId)) this.#screen.endAnswer();
        break;
      case 'tool_call_started':
        this.#say(`${wordsOf(event.call, 'present')}…`);
        break;
      case 'tool_output':
        this.#showOutput(event.callId, event.text);
        break;
      case 'tool_call_ended':
        this.#endCall(event.call);
        break;
      case 'interaction_closed':
        if (event.answer === null) break;
        this.#screen.line(this.#screen.style('dim', `    ${settledWords(event.answer)}`));
        break;
      case 'plan_updated':
        this.#screen.line(this.#screen.style('bold', '  Plan'));
        for (const line of planAsText(event.plan).split('\n')) this.#screen.line(`    ${visible(line)}`);
        break;
      case 'notice_raised':
        this.#screen.line(this.#screen.style('yellow', `  ! ${visible(event.text)}`));
        break;
      case 'run_completed':
        this.#screen.status(null);
        this.#screen.endAnswer();
        if (this.#screen.isLive) this.#screen.line('');
        for (const line of wrap(summaryOf(event, this.#now() - this.#startedAt), this.#screen.width - 2)) {
          this.#screen.line(this.#screen.style('dim', `  ${line}`));
        }
        break;
      default:
    }
  }

  #hold(event: AgentEvent): boolean {
    if (event.type === 'part_started') {
      if (event.part.type !== 'text') return false;
      this.#textParts.add(event.part.id);
      this.#held = '';
      return true;
    }
    if ((event.type !== 'part_delta' && event.type !== 'part_completed') || !this.#textParts.has(event.partId)) return false;
    this.#held = event.type === 'part_delta' ? this.#held + event.text : event.text;
    return true;
  }

  /** Sets the state in words: a line that lives on a terminal, one plain line for each change in a pipe. */
  #say(words: string | null): void {
    if (words === null) return;
    this.#words = words;
    if (!this.#screen.isLive) {
      if (words !== this.#told) this.#screen.line(`  ${fit(visible(words), 200)}`);
      this.#told = words;
      return;
    }
    this.#screen.status(() => {
      const sign = this.#screen.style('yellow', SIGNS[this.#state] ?? '▢');
      const elapsed = this.#screen.style('dim', duration(this.#now() - this.#startedAt));
      return `${sign} ${fit(visible(this.#words), this.#screen.width - 14)}  ${elapsed}`;
    });
  }

  #showOutput(callId: string, text: string): void {
    const shown = this.#output.get(callId) ?? { lines: 0, rest: '' };
    const lines = (shown.rest + text).split('\n');
    shown.rest = lines.pop() ?? '';
    for (const line of lines) {
      shown.lines += 1;
      if (shown.lines <= OUTPUT_LINES) this.#screen.line(this.#screen.style('dim', `    │ ${fit(visible(line), this.#screen.width - 6)}`));
      if (shown.lines === OUTPUT_LINES + 1) this.#screen.line(this.#screen.style('dim', '    │ … (the rest is kept in the conversation)'));
    }
    this.#output.set(callId, shown);
  }

  #endCall(call: ToolCall): void {
    const shown = this.#output.get(call.id);
    if (shown?.rest && shown.lines < OUTPUT_LINES) {
      this.#screen.line(this.#screen.style('dim', `    │ ${fit(visible(shown.rest), this.#screen.width - 6)}`));
    }
    this.#output.delete(call.id);
    this.#screen.line(callLine(call, this.#screen));
  }
}

/** A settled call in one line. */
export function callLine(call: ToolCall, screen: Pick<Screen, 'style' | 'width'>): string {
  const words = fit(visible(wordsOf(call, call.startedAt === undefined ? 'future' : 'past')), screen.width - 24);
  const took =
    call.startedAt !== undefined && call.endedAt !== undefined ? screen.style('dim', `  ${duration(call.endedAt - call.startedAt)}`) : '';
  const reason = call.failure ? visible(call.failure.message) : '';
  switch (call.state) {
    case 'succeeded':
      return `  ${screen.style('green', '✓')} ${words}${took}`;
    case 'failed':
      return `  ${screen.style('red', '×')} ${words}${took}\n    ${screen.style('red', fit(reason, screen.width * 3))}`;
    case 'denied': {
      const advice = call.failure?.code === 'tool_unanswered' ? `\n    ${adviceFor(call.failure.code)}` : '';
      return `  ${screen.style('yellow', '⊘')} ${words}\n    ${screen.style('yellow', fit(reason, screen.width * 3))}${advice}`;
    }
    case 'cancelled':
      return `  ■ ${words} ${screen.style('dim', '(stopped)')}`;
    case 'interrupted':
      return `  ⚡ ${words} ${screen.style('yellow', '(interrupted: may have run)')}`;
    default:
      return `  ▢ ${words}`;
  }
}

function wordsOf(call: ToolCall, tense: 'past' | 'present' | 'future'): string {
  // What never began is told as the plain act: "Run …", not "Will run …".
  if (call.words && tense === 'future') return call.words.future.replace(/^Will (.)/, (_, first: string) => first.toUpperCase());
  if (call.words) return call.words[tense];
  return `${call.tool} ${isSettled(call.state) ? '' : '…'}`.trim();
}

function settledWords(answer: InteractionAnswer | null): string {
  if (answer === null) return 'nobody answered';
  switch (answer.kind) {
    case 'allow':
      return answer.remember ? `allowed, and from now on: ${visible(answer.remember.pattern ?? 'every call')}` : 'allowed once';
    case 'deny':
      return answer.reason ? `denied: ${visible(answer.reason)}` : 'denied';
    case 'reply':
      return visible(answer.text);
  }
}

function stateWords(state: RunStateName): string | null {
  switch (state) {
    case 'receiving':
      return 'Opening the model…';
    case 'planning':
      return 'Thinking…';
    case 'waiting_to_retry':
      return 'Waiting to try again…';
    case 'compacting':
      return 'Making room…';
    case 'cancelling':
      return 'Stopping…';
    case 'reflecting':
      return 'Reflecting…';
    default:
      return null;
  }
}

function progressWords(event: Extract<AgentEvent, { type: 'model_progressed' }>, isLive: boolean): string {
  const share = event.total > 0 ? Math.floor((event.done / event.total) * 10) * 10 : 0;
  if (event.what === 'loading') return 'Loading the model…';
  if (event.what === 'reading') return isLive ? `Reading… ${Math.round((event.done / Math.max(1, event.total)) * 100)} %` : 'Thinking…';
  const what = event.detail ?? 'Fetching the model';
  // In a pipe one line for each tenth, else every chunk would be a line.
  if (!isLive) return `${what}: ${share} % of ${bytes(event.total)}`;
  return `${what}  ${progress(event.done, event.total, event.bytesPerSecond ?? null, event.secondsLeft ?? null, 16)}`;
}

function summaryOf(event: Extract<AgentEvent, { type: 'run_completed' }>, elapsed: number): string {
  const words = { completed: 'done', cancelled: 'stopped; what was said is kept', failed: 'failed', exhausted: 'budget used up' } as const;
  const name = event.state.name as keyof typeof words;
  const parts = [words[name] ?? name, `${event.steps} ${event.steps === 1 ? 'step' : 'steps'}`, duration(elapsed)];
  const { usage } = event;
  if (usage.input + usage.output > 0) {
    parts.push(
      `${tokens(usage.input, usage.exact)} tokens in${usage.cachedRead > 0 ? ` (${tokens(usage.cachedRead, usage.exact)} cached)` : ''}`,
    );
    parts.push(`${tokens(usage.output, usage.exact)} out`);
  }
  const cost = money(event.cost);
  if (cost !== null && event.cost !== 0) parts.push(cost);
  return parts.join(' · ');
}
