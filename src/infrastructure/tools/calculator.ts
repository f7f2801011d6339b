import type { ChildProcess } from 'node:child_process';
import type { Result } from '../../core/models/failure.ts';
import type { CalculatorReply } from './calculator-protocol.ts';

const LIMIT_MS = 2000;
/** The first expression also pays for loading the library. */
const START_MS = 15_000;
const IDLE_MS = 60_000;
const LONGEST_EXPRESSION = 2000;
const MEMORY_MB = 128;
const TOO_MUCH_MEMORY = 'The expression needs too much memory.';

/** How a process ends that V8 or the system gives no more memory. */
const OUT_OF_MEMORY: ReadonlySet<string | number | null> = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGKILL', 134]);

/** What came instead of a reply. */
type Silence = 'late' | 'stopped' | 'out of memory' | 'ended';

/**
 * One expression at a time, in a process that is started on first use, ended when idle, and ended when an expression takes more than 2 s.
 * A process, because V8 ends the whole process in which its memory runs out, threads or not.
 */
export interface Calculator {
  evaluate(expression: string, signal: AbortSignal): Promise<Result<string>>;
}

export function createCalculator(): Calculator {
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const end = (): void => {
    child?.kill('SIGKILL');
    child = undefined;
  };

  async function ask(expression: string, signal: AbortSignal): Promise<CalculatorReply | Silence> {
    if (!child || !isAlive(child)) {
      child = startProcess();
      const first = await nextReply(child, START_MS, signal);
      if (typeof first === 'string' || !('ready' in first)) return first === 'stopped' ? first : 'ended';
    }
    hold(child);
    const reply = nextReply(child, LIMIT_MS, signal);
    // A child that died between two messages is reported by its exit, not by the failed send.
    child.send(expression, () => undefined);
    return reply;
  }

  async function evaluate(expression: string, signal: AbortSignal): Promise<Result<string>> {
    if (expression.length > LONGEST_EXPRESSION) return bad('The expression is too long.');
    if (signal.aborted) return stopped();
    clearTimeout(idle);
    const reply = await ask(plainExpression(expression), signal);
    if (typeof reply === 'string' || 'ready' in reply) {
      end();
      return withoutReply(reply);
    }
    if (child) release(child);
    idle = setTimeout(end, IDLE_MS).unref();
    return reply.ok ? { ok: true, value: reply.text } : bad(reply.message);
  }

  return {
    evaluate(expression, signal) {
      const mine = queue.then(() => evaluate(expression, signal));
      queue = mine.catch(() => undefined);
      return mine;
    },
  };
}

function withoutReply(silence: unknown): Result<string> {
  if (silence === 'late') {
    return { ok: false, failure: { code: 'tool_timeout', message: `The expression took more than ${LIMIT_MS / 1000} seconds.` } };
  }
  if (silence === 'stopped') return stopped();
  return bad(silence === 'out of memory' ? TOO_MUCH_MEMORY : 'The calculator failed.');
}

function stopped(): Result<string> {
  return { ok: false, failure: { code: 'tool_cancelled', message: 'It was stopped.' } };
}

function bad(message: string): Result<string> {
  return { ok: false, failure: { code: 'tool_failed', message } };
}

function startProcess(): ChildProcess {
  const { fork } = process.getBuiltinModule('node:child_process');
  const program = new URL(`./calculator-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
  const child = fork(program, [], {
    execArgv: [`--max-old-space-size=${MEMORY_MB}`],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'json',
  });
  // Without a listener, an error of the child would be this process's own; what it means is told by the reply that does not come.
  child.on('error', () => undefined);
  return child;
}

function isAlive(child: ChildProcess): boolean {
  return child.connected && child.exitCode === null && child.signalCode === null;
}

/** While there is work this process has to stay; otherwise the child must not keep it. */
function hold(child: ChildProcess): void {
  child.ref();
  child.channel?.ref();
}

function release(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}

function nextReply(child: ChildProcess, limitMs: number, signal: AbortSignal): Promise<CalculatorReply | Silence> {
  const { promise, resolve } = Promise.withResolvers<CalculatorReply | Silence>();
  const onMessage = (message: unknown) => resolve(message as CalculatorReply);
  const onExit = (code: number | null, by: NodeJS.Signals | null) => resolve(OUT_OF_MEMORY.has(by ?? code) ? 'out of memory' : 'ended');
  const onError = () => resolve('ended');
  const onAbort = () => resolve('stopped');
  child.once('message', onMessage).once('exit', onExit).once('error', onError);
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => resolve('late'), limitMs);
  return promise.finally(() => {
    clearTimeout(timer);
    child.off('message', onMessage).off('exit', onExit).off('error', onError);
    signal.removeEventListener('abort', onAbort);
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
