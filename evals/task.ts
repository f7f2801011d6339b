import type { ToolCall } from '../src/core/models/tool-call.ts';

export type TaskKind = 'files' | 'folders' | 'sums' | 'searching' | 'writing' | 'editing' | 'commands' | 'time' | 'talk';

/** A call that would do: its tool, and for each field named a pattern that the value (a string, or its JSON) must match. */
export interface Wanted {
  readonly tool: string;
  readonly input?: Readonly<Record<string, RegExp>>;
}

/** One everyday task: what a person asks, in which folder, and how to tell that it was done. */
export interface Task {
  readonly id: string;
  readonly kind: TaskKind;
  /** Path → content; a path that ends in `/` is an empty folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly request: string;
  /** What was said before in the conversation. */
  readonly earlier?: readonly { readonly person: string; readonly agent: string }[];
  /** What the person answers when asked a question. */
  readonly reply?: string;
  /** Of each inner list one call must have been made; an empty outer list: no call at all. */
  readonly calls: readonly (readonly Wanted[])[];
  /** The folder afterwards: path → pattern of the content, or null for gone. All else must be as it was. */
  readonly after?: Readonly<Record<string, RegExp | null>>;
  /** Facts that the answer must hold. */
  readonly says: readonly RegExp[];
  readonly neverSays?: readonly RegExp[];
}

export interface Outcome {
  readonly calls: readonly ToolCall[];
  readonly answer: string;
  readonly filesAfter: ReadonlyMap<string, string>;
  readonly failure: string | null;
}

export interface Verdict {
  /** The right tools with the right arguments; none where none is needed. */
  readonly tools: boolean;
  /** The facts are in the answer, and the folder is as it should be. */
  readonly answer: boolean;
  readonly why: readonly string[];
}

export function judge(task: Task, outcome: Outcome): Verdict {
  const toolFaults = task.calls.length === 0 ? unwanted(outcome.calls) : missing(task, outcome.calls);
  const answerFaults = [...folderFaults(task, outcome.filesAfter), ...wordFaults(task, outcome.answer)];
  if (outcome.failure !== null) answerFaults.push(`the run failed: ${outcome.failure}`);
  return { tools: toolFaults.length === 0, answer: answerFaults.length === 0, why: [...toolFaults, ...answerFaults] };
}

function unwanted(calls: readonly ToolCall[]): string[] {
  return calls.map((call) => `needless call of ${call.tool}`);
}

function missing(task: Task, calls: readonly ToolCall[]): string[] {
  return task.calls
    .filter((alternatives) => !alternatives.some((wanted) => calls.some((call) => fits(wanted, call))))
    .map((alternatives) => `no call such as ${alternatives.map(wantedInWords).join(' or ')}`);
}

function fits(wanted: Wanted, call: ToolCall): boolean {
  if (call.tool !== wanted.tool) return false;
  const input = (call.input ?? {}) as Record<string, unknown>;
  return Object.entries(wanted.input ?? {}).every(([field, pattern]) => pattern.test(asText(input[field])));
}

function wantedInWords(wanted: Wanted): string {
  const input = Object.entries(wanted.input ?? {}).map(([field, pattern]) => `${field}: ${pattern.source}`);
  return `${wanted.tool}(${input.join(', ')})`;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function folderFaults(task: Task, after: ReadonlyMap<string, string>): string[] {
  const faults: string[] = [];
  const expected = task.after ?? {};
  for (const [path, pattern] of Object.entries(expected)) {
    const content = after.get(path);
    if (pattern === null) {
      if (content !== undefined) faults.push(`${path} is still there`);
    } else if (content === undefined) faults.push(`${path} is not there`);
    else if (!pattern.test(content)) faults.push(`${path} holds ${JSON.stringify(content.slice(0, 120))}`);
  }
  for (const [path, content] of Object.entries(task.files)) {
    if (path.endsWith('/') || path in expected) continue;
    if (after.get(path) !== content) faults.push(`${path} was changed`);
  }
  for (const path of after.keys()) {
    if (!(path in task.files) && !(path in expected)) faults.push(`${path} should not be there`);
  }
  return faults;
}

function wordFaults(task: Task, answer: string): string[] {
  const lacking = task.says.filter((pattern) => !pattern.test(answer)).map((pattern) => `the answer lacks ${pattern.source}`);
  const wrong = (task.neverSays ?? []).filter((pattern) => pattern.test(answer)).map((pattern) => `the answer says ${pattern.source}`);
  return answer.trim() === '' ? ['there is no answer'] : [...lacking, ...wrong];
}

/** The Wilson score interval of `passed` of `all` at 95 %, as shares (E. B. Wilson, 1927). */
export function wilson(passed: number, all: number): { readonly low: number; readonly high: number } {
  if (all === 0) return { low: 0, high: 1 };
  const z = 1.959964;
  const share = passed / all;
  const centre = share + z ** 2 / (2 * all);
  const spread = z * Math.sqrt((share * (1 - share)) / all + z ** 2 / (4 * all ** 2));
  const scale = 1 + z ** 2 / all;
  return { low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) };
}
