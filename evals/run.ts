import { parseArgs } from 'node:util';
import { homedir } from 'node:os';
import type { LanguageModel, StrategyName } from '../src/core/reasoning/language-model.ts';
import { createBubblewrapSandbox } from '../src/infrastructure/system/bubblewrap-sandbox.ts';
import { cleanEnvironment } from '../src/infrastructure/system/clean-environment.ts';
import { protectedPlaces } from '../src/infrastructure/system/protected-places.ts';
import { createDefaultTools } from '../src/infrastructure/tools/default-tools.ts';
import { doTask, type Cost } from './eval-agent.ts';
import { HELD_OUT_TASKS } from './held-out-tasks.ts';
import { OPEN_TASKS } from './open-tasks.ts';
import { openEvalModel } from './eval-model.ts';
import { judge, wilson, type Outcome, type Task, type Verdict } from './task.ts';

const USAGE = `npm run evals -- [--model embedded/NAME] [--strategy guided|native] [--only WORD,…] [--file GGUF] [--json]
  --model     the model to ask (default: embedded/qwen2.5-coder-0.5b)
  --strategy  how to work with it (default: as its profile says)
  --only      tasks whose id, kind or half holds one of the words
  --file      the model's file, instead of the model store's
  --json      one line of JSON for each task, then one for the whole`;

interface Result {
  readonly task: Task;
  readonly half: 'open' | 'held-out';
  readonly outcome: Outcome;
  readonly verdict: Verdict;
  readonly cost: Cost;
  readonly millis: number;
}

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'embedded/qwen2.5-coder-0.5b' },
    strategy: { type: 'string' },
    only: { type: 'string' },
    file: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(USAGE);
else process.exitCode = await main();

async function main(): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const opened = await openEvalModel(values.model, { strategy: strategyNamed(values.strategy), file: values.file, signal: stop.signal });
  if (!opened.ok) {
    console.error(`evals: ${opened.failure.message}`);
    return 1;
  }
  const { model, close } = opened.value;
  try {
    const results: Result[] = [];
    for (const { task, half } of chosen(values.only)) {
      const result = await run(task, half, model, stop.signal);
      results.push(result);
      report(result);
      if (stop.signal.aborted) break;
    }
    summarise(results, model);
    return 0;
  } finally {
    await close();
  }
}

function strategyNamed(name: string | undefined): StrategyName | undefined {
  if (name === undefined || name === 'guided' || name === 'native') return name;
  throw new Error(`--strategy is guided or native, not ${name}`);
}

function chosen(only: string | undefined): { task: Task; half: Result['half'] }[] {
  const all = [
    ...OPEN_TASKS.map((task) => ({ task, half: 'open' as const })),
    ...HELD_OUT_TASKS.map((task) => ({ task, half: 'held-out' as const })),
  ];
  const words = only?.split(',');
  return words ? all.filter(({ task, half }) => words.some((word) => task.id.includes(word) || task.kind === word || half === word)) : all;
}

async function run(task: Task, half: Result['half'], model: LanguageModel, signal: AbortSignal): Promise<Result> {
  const home = homedir();
  const places = protectedPlaces(process.env, home, []);
  const sandbox = createBubblewrapSandbox({ environment: cleanEnvironment(process.env, home), protectedPlaces: places });
  const tools = createDefaultTools({ protectedPlaces: places, home, sandbox });
  const startedAt = performance.now();
  const { outcome, cost } = await doTask(task, { model, tools }, signal);
  return { task, half, outcome, cost, verdict: judge(task, outcome), millis: performance.now() - startedAt };
}

function report({ task, half, outcome, verdict, cost, millis }: Result): void {
  if (values.json) {
    const calls = outcome.calls.map(({ tool, input, state }) => ({ tool, input, state }));
    console.log(JSON.stringify({ id: task.id, kind: task.kind, half, ...verdict, calls, text: outcome.answer, millis, steps: cost.steps }));
    return;
  }
  const sign = (good: boolean): string => (good ? '✓' : '✗');
  const calls = outcome.calls.map((call) => `${call.tool}${JSON.stringify(call.input)}`).join(' → ') || 'no tool';
  console.log(
    `${sign(verdict.tools)} tool ${sign(verdict.answer)} answer  ${task.id.padEnd(18)} ${(millis / 1000).toFixed(1)} s  ${calls.slice(0, 220)}`,
  );
  console.log(`    “${outcome.answer.replaceAll('\n', ' ').slice(0, 200)}”`);
  for (const why of verdict.why) console.log(`    – ${why}`);
}

function summarise(results: readonly Result[], model: LanguageModel): void {
  const percent = (count: number, all: number): string => (all === 0 ? '–' : `${((count / all) * 100).toFixed(0)} %`);
  const passed = (some: readonly Result[]): number => some.filter(({ verdict }) => verdict.tools && verdict.answer).length;
  const figures = (some: readonly Result[]): string =>
    `${passed(some)} of ${some.length} passed; right tool and arguments ${percent(some.filter(({ verdict }) => verdict.tools).length, some.length)}, ` +
    `right answer ${percent(some.filter(({ verdict }) => verdict.answer).length, some.length)}`;
  const decisions = results
    .flatMap(({ cost }) => cost.steps.filter(({ purpose }) => purpose === 'plan').map(({ millis }) => millis))
    .sort((a, b) => a - b);
  const { low, high } = wilson(passed(results), results.length);
  if (values.json) {
    console.log(
      JSON.stringify({ model: model.profile.id, strategy: model.profile.strategy, passed: passed(results), of: results.length, low, high }),
    );
    return;
  }
  console.log(`\n${model.profile.id}, ${model.profile.strategy}`);
  for (const half of ['open', 'held-out'] as const) {
    const some = results.filter((result) => result.half === half);
    if (some.length > 0) console.log(`${half} half: ${figures(some)}`);
  }
  console.log(`all: ${figures(results)}`);
  if (decisions.length > 0) {
    const at = (share: number): string =>
      `${((decisions[Math.min(decisions.length - 1, Math.floor(decisions.length * share))] ?? 0) / 1000).toFixed(2)} s`;
    console.log(`decisions: median ${at(0.5)}, 90 % within ${at(0.9)}, longest ${at(1)}`);
  }
  console.log(`evals: ${passed(results)} of ${results.length} passed (95 % ${(low * 100).toFixed(0)}–${(high * 100).toFixed(0)} %)`);
}
