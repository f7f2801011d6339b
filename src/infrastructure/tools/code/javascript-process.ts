import variant from '@jitl/quickjs-singlefile-mjs-release-sync';
import { newQuickJSWASMModuleFromVariant, newVariant, type QuickJSContext, type QuickJSHandle } from 'quickjs-emscripten-core';
import { PRELUDE } from './javascript-prelude.ts';
import type { JavaScriptReply, JavaScriptRequest } from './javascript-protocol.ts';

// The process in which a model's JavaScript runs: an interpreter inside of WebAssembly, which knows no files, no network and no timers.

/** Node has it; its types leave it to those of a browser. */
declare const WebAssembly: { readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => object };

const LIMIT_MS = 5000;
const MEMORY_BYTES = 64 * 1024 * 1024;
/** Of 64 KB, for the interpreter as a whole: what it counts as its own can be a small part of what it takes. */
const MEMORY_PAGES = { initial: 256, maximum: 2048 };
const STACK_BYTES = 256 * 1024;
/** Characters that are kept of what is printed. */
const PRINTED = 200_000;
/** Longer than the parent waits, so that it matters only when the parent is gone. */
const ORPHAN_LIMIT_MS = 60_000;

interface Run {
  readonly context: QuickJSContext;
  /** A value in words. */
  show: (value: QuickJSHandle) => string;
  isLate: boolean;
  printed: string;
}

async function run(code: string): Promise<JavaScriptReply> {
  const engine = await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmMemory: new WebAssembly.Memory(MEMORY_PAGES) }));
  const runtime = engine.newRuntime();
  runtime.setMemoryLimit(MEMORY_BYTES);
  runtime.setMaxStackSize(STACK_BYTES);
  const context = runtime.newContext();
  const state: Run = { context, show: () => '', isLate: false, printed: '' };
  state.show = prelude(state);
  const endsAt = Date.now() + LIMIT_MS;
  runtime.setInterruptHandler(() => (state.isLate ||= Date.now() > endsAt));
  return evaluate(state, code);
}

/** Puts a console into the interpreter. */
function prelude(state: Run): Run['show'] {
  const { context } = state;
  const print = context.newFunction('print', (text) => {
    if (state.printed.length < PRINTED) state.printed += `${context.getString(text).slice(0, PRINTED)}\n`;
  });
  const make = context.unwrapResult(context.evalCode(PRELUDE, 'console'));
  const show = context.unwrapResult(context.callFunction(make, context.undefined, print));
  return (value) => {
    const shown = context.callFunction(show, context.undefined, value);
    return shown.error ? inWords(state, shown.error) : context.getString(shown.value);
  };
}

function evaluate(state: Run, code: string): JavaScriptReply {
  const { context } = state;
  const given = context.evalCode(wrapped(context, code), 'code');
  if (given.error) return failed(state, given.error);
  const jobs = context.runtime.executePendingJobs();
  if (jobs.error) return failed(state, jobs.error);
  const settled = context.getPromiseState(given.value);
  if (settled.type === 'rejected') return failed(state, settled.error);
  if (settled.type === 'pending') {
    return { ok: false, isLate: false, message: 'The code waits for something that never comes.', output: state.printed };
  }
  const isNothing = context.typeof(settled.value) === 'undefined';
  const value = isNothing ? '' : state.show(settled.value);
  if (state.isLate) return failed(state, null);
  return { ok: true, output: state.printed + value };
}

/** Code with a `return` or an `await` of its own is the body of a function; other code has the value of its last statement. */
function wrapped(context: QuickJSContext, code: string): string {
  const asFunction = `(async function () {${code}\n})()`;
  return !compiles(context, code) && compiles(context, asFunction) ? asFunction : code;
}

function compiles(context: QuickJSContext, code: string): boolean {
  const compiled = context.evalCode(code, 'code', { type: 'global', compileOnly: true });
  const isGood = compiled.error === undefined;
  compiled.dispose();
  return isGood;
}

function failed(state: Run, error: QuickJSHandle | null): JavaScriptReply {
  const message = state.isLate || error === null ? `The code took more than ${LIMIT_MS / 1000} seconds.` : inWords(state, error);
  return { ok: false, isLate: state.isLate, message, output: state.printed };
}

/** The error as people read it, with the lines of the code that led to it. */
function inWords({ context }: Run, handle: QuickJSHandle): string {
  const error = context.dump(handle) as { name?: string; message?: string; stack?: string } | string | number | null;
  if (typeof error !== 'object' || error === null) return `Thrown: ${String(error)}`;
  const { name = 'Error', message = '', stack = '' } = error;
  if (name === 'InternalError' && message === 'out of memory')
    return `The code needs more than ${MEMORY_BYTES / 1024 / 1024} MB of memory.`;
  const lines = [...stack.matchAll(/\bcode:(\d+)/g)].slice(0, 5).map(([, line]) => line);
  const where = lines.length === 0 ? '' : ` (line ${lines.join(', called from line ')})`;
  return `${name}: ${message}${where}`.slice(0, 2000);
}

process.once('message', ({ code }: JavaScriptRequest) => {
  void run(code)
    .catch((error: unknown): JavaScriptReply => {
      const message = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
      return { ok: false, isLate: false, message: `The interpreter failed: ${message}`, output: '' };
    })
    .then((reply) => process.send?.(reply));
});

// The parent is gone, whatever ended it: nobody waits for the answer any more.
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches the whole process group; what it means is the parent's to say.
process.on('SIGINT', () => undefined);
setTimeout(() => process.exit(1), ORPHAN_LIMIT_MS).unref();
