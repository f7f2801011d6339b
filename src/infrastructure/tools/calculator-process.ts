import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import type { ConfigOptions, MathJsInstance } from 'mathjs';
import type { CalculatorAnswer, CalculatorReply } from './calculator-protocol.ts';

// The calculator's child process: an expression that asks for more memory than V8 may have ends this process and nothing else.

/** Longer than the parent waits, so that it matters only when the parent is gone and this process would be busy for ever. */
const ORPHAN_LIMIT_MS = 3000;
const LONGEST_RESULT = 10_000;
const SWITCHED_OFF = ['import', 'createUnit', 'reviver', 'evaluate', 'parse', 'compile', 'parser', 'simplify', 'derivative', 'resolve'];

/** The library as one file (the browser's build): it loads in a tenth of the time of its 1,500 single ones. */
interface Library {
  create(config: ConfigOptions): MathJsInstance;
}

const library = createRequire(import.meta.url)('mathjs/lib/browser/math.js') as Library;

/**
 * Decimals are exact to 64 digits; functions that know no such numbers are tried again with ordinary ones.
 * What reaches beyond an expression (import, createUnit, evaluate, parse …) is switched off, as the library's security page advises.
 */
function makeEvaluator(number: 'BigNumber' | 'number'): (expression: string) => string {
  const math = library.create({ number, precision: 64 });
  const evaluate = math.evaluate.bind(math);
  const format = math.format.bind(math);
  const off = (name: string) => () => {
    throw new Error(`${name} is switched off`);
  };
  math.import(
    {
      ...Object.fromEntries(SWITCHED_OFF.map((name) => [name, off(name)])),
      // The library's own functions read the settings from it (a factorial its precision).
      config: Object.assign(off('config'), math.config({})),
    },
    { override: true },
  );
  return (expression) => {
    const value: unknown = evaluate(expression, {});
    if (value === undefined || typeof value === 'function') throw new Error('this is not an expression with a value');
    // Whole numbers are shown whole as far as they are exact.
    if (math.isBigNumber(value) && value.isInteger() && value.abs().lt('1e60')) return value.toFixed(0);
    return format(value, { precision: 14, lowerExp: -9, upperExp: 21 });
  };
}

const exact = makeEvaluator('BigNumber');
let ordinary: ((expression: string) => string) | undefined;

function inWords(error: unknown): string {
  // How V8 refuses an array or a text that no memory could hold.
  if (error instanceof RangeError && /invalid (array|string) length|allocation failed/i.test(error.message)) {
    return 'The expression needs too much memory.';
  }
  return error instanceof Error ? error.message.slice(0, 300) : 'not an expression';
}

function answer(expression: string): CalculatorAnswer {
  try {
    return { ok: true, text: exact(expression) };
  } catch (first) {
    if (!(first instanceof TypeError)) return { ok: false, message: inWords(first) };
    try {
      ordinary ??= makeEvaluator('number');
      const text = ordinary(expression);
      // Too large for ordinary numbers is no better an answer than none.
      return /Infinity|NaN/.test(text) ? { ok: false, message: inWords(first) } : { ok: true, text };
    } catch {
      return { ok: false, message: inWords(first) };
    }
  }
}

const limited = new Script('globalThis.glasshouseAnswer()');

function answerInTime(expression: string): CalculatorAnswer {
  Object.assign(globalThis, { glasshouseAnswer: () => answer(expression) });
  try {
    const given = limited.runInThisContext({ timeout: ORPHAN_LIMIT_MS }) as CalculatorAnswer;
    return given.ok && given.text.length > LONGEST_RESULT ? { ok: false, message: 'The result is too long to show.' } : given;
  } catch {
    return { ok: false, message: 'The expression took too long.' };
  }
}

process.on('message', (expression: string) => {
  const reply = answerInTime(expression);
  if (process.connected) process.send?.(reply);
});

// The parent is gone, whatever ended it: nobody waits for an answer any more.
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches the whole process group; what it means is the parent's to say.
process.on('SIGINT', () => undefined);

process.send?.({ ready: true } satisfies CalculatorReply);
