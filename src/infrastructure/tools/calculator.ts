import type { Worker } from 'node:worker_threads';
import type { Result } from '../../core/models/failure.ts';
import { calculatorThread } from './calculator-thread.ts';

const LIMIT_MS = 2000;
/** The first expression also pays for loading the library. */
const START_MS = 15_000;
const IDLE_MS = 60_000;
const LONGEST_EXPRESSION = 2000;

type Reply = { readonly ready: true } | { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

/** One expression at a time, in a thread that is started on first use, ended when idle, and ended when an expression takes more than 2 s. */
export interface Calculator {
  evaluate(expression: string, signal: AbortSignal): Promise<Result<string>>;
}

export function createCalculator(): Calculator {
  let worker: Promise<Worker> | undefined;
  let idle: NodeJS.Timeout | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const end = async () => {
    const running = worker;
    worker = undefined;
    await (await running?.catch(() => undefined))?.terminate();
  };

  async function evaluate(expression: string, signal: AbortSignal): Promise<Result<string>> {
    if (expression.length > LONGEST_EXPRESSION) return bad('The expression is too long.');
    if (signal.aborted) return stopped();
    clearTimeout(idle);
    try {
      worker ??= startThread();
      const thread = await worker;
      thread.ref();
      const reply = await ask(thread, plainExpression(expression), signal);
      thread.unref();
      idle = setTimeout(() => void end(), IDLE_MS).unref();
      if (reply === 'late') {
        await end();
        return { ok: false, failure: { code: 'tool_timeout', message: `The expression took more than ${LIMIT_MS / 1000} seconds.` } };
      }
      if ('ready' in reply) return bad('The calculator is out of step.');
      return reply.ok ? { ok: true, value: reply.text } : bad(reply.message);
    } catch (error) {
      await end();
      if (signal.aborted) return stopped();
      return bad(
        error instanceof Error && /memory/i.test(error.message) ? 'The expression needs too much memory.' : 'The calculator failed.',
      );
    }
  }

  return {
    evaluate(expression, signal) {
      const mine = queue.then(() => evaluate(expression, signal));
      queue = mine.catch(() => undefined);
      return mine;
    },
  };
}

function stopped(): Result<string> {
  return { ok: false, failure: { code: 'tool_cancelled', message: 'It was stopped.' } };
}

function bad(message: string): Result<string> {
  return { ok: false, failure: { code: 'tool_failed', message } };
}

async function startThread(): Promise<Worker> {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const { createRequire } = process.getBuiltinModule('node:module');
  // From its text, so that it works the same from the sources and from one bundled file.
  const source = `(${calculatorThread.toString()})(require('node:worker_threads').parentPort, require(require('node:worker_threads').workerData.library))`;
  const thread = new Worker(source, {
    eval: true,
    env: {},
    execArgv: [],
    workerData: { library: createRequire(import.meta.url).resolve('mathjs/lib/browser/math.js') },
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 },
  });
  thread.unref();
  thread.setMaxListeners(0);
  const first = await nextReply(thread, START_MS, null);
  if (first === 'late' || !('ready' in first)) {
    await thread.terminate();
    throw new Error('the calculator did not start');
  }
  return thread;
}

async function ask(thread: Worker, expression: string, signal: AbortSignal): Promise<Reply | 'late'> {
  const reply = nextReply(thread, LIMIT_MS, signal);
  thread.postMessage(expression, []);
  return reply;
}

/** Rejects when the thread fails or ends, or when the signal is aborted. */
function nextReply(thread: Worker, limitMs: number, signal: AbortSignal | null): Promise<Reply | 'late'> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply | 'late'>();
  const onExit = () => reject(new Error('the calculator ended'));
  const onAbort = () => reject(new Error('stopped'));
  thread.once('message', resolve).once('error', reject).once('exit', onExit);
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => resolve('late'), limitMs);
  return promise.finally(() => {
    clearTimeout(timer);
    thread.off('message', resolve).off('error', reject).off('exit', onExit);
    signal?.removeEventListener('abort', onAbort);
  });
}

/** What people write, as the library reads it: ×, ÷, −, `15% of 80`, `1,250`, currency signs, a trailing `=`. */
export function plainExpression(given: string): string {
  let text = given
    .trim()
    .replace(/[=?\s]+$/, '')
    .replace(/[×✕·]/g, '*')
    .replace(/÷/g, '/')
    .replace(/[−–]/g, '-')
    .replace(/\*\*/g, '^')
    .replace(/√\s*\(/g, 'sqrt(')
    .replace(/√\s*([\d.]+)/g, 'sqrt($1)')
    .replace(/²/g, '^2')
    .replace(/³/g, '^3')
    .replace(/[$€£](?=\s*[\d.])/g, '')
    .replace(/([\d.])\s*(?:[$€£]|(?:euros?|dollars?|pounds? sterling|eur|usd|gbp)\b)/gi, '$1')
    .replace(/\bto the power of\b/gi, '^')
    .replace(/([\d.)])\s*squared\b/gi, '$1^2')
    .replace(/([\d.)])\s*cubed\b/gi, '$1^3')
    .replace(/\b(?:the )?square root of\s*([\d.]+)/gi, 'sqrt($1)')
    // The library knows these units by other names.
    .replace(/\bpounds?\b/gi, 'lb')
    .replace(/\bkilos?\b/gi, 'kg')
    .replace(/(?<=\d\s*)°\s*([CF])\b/g, 'deg$1')
    .replace(/\bto\s*°\s*([CF])\b/g, 'to deg$1')
    .replace(/(\d)\s*per\s?cent\b/gi, '$1%')
    .replace(/(\d\s*%)\s*of\b/gi, '$1 *')
    .replace(/\b(?:times|multiplied by)\b/gi, '*')
    .replace(/\bdivided by\b/gi, '/')
    .replace(/\bplus\b/gi, '+')
    .replace(/\bminus\b/gi, '-')
    .replace(/(\d)\s*x\s*(?=\d)/gi, '$1 * ');
  // A comma separates arguments inside a call or a list, thousands elsewhere.
  if (!/[a-z]\s*\(|\[/i.test(text)) text = text.replace(/\b\d{1,3}(?:,\d{3})+(?!\d)/g, (number) => number.replaceAll(',', ''));
  return text;
}
