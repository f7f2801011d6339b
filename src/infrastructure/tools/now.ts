import type * as z from 'zod';
import { defineTool, type Tool } from '../../core/tools/tool.ts';
import { lenientObject } from './lenient-input.ts';

const input = () => lenientObject({});

type Input = z.output<ReturnType<typeof input>>;

/** Tells the local date and time. */
export function createNowTool(clock: () => Date = () => new Date()): Tool {
  return defineTool<Input>({
    name: 'now',
    description: 'The date, weekday and time now.',
    examples: [
      { request: 'What day is it today?', input: {} },
      { request: 'How late is it?', input: {} },
    ],
    input,
    effect: 'none',
    describe: () => ({ future: 'Will look at the clock', present: 'Looking at the clock', past: 'Looked at the clock' }),
    touches: async () => ({}),
    execute: async () => ({ ok: true, output: localTime(clock()), trust: 'trusted' }),
  });
}

/** Such as `Tuesday, 24 November 2026, 07:42:46 (2026-11-24T07:42:46+01:00, Europe/Berlin)`. */
export function localTime(at: Date): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const offset = -at.getTimezoneOffset();
  const two = (value: number) => String(Math.trunc(value)).padStart(2, '0');
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
  const iso = `${new Date(at.getTime() + offset * 60_000).toISOString().slice(0, 19)}${zone}`;
  const day = `${part['weekday']}, ${part['day']} ${part['month']} ${part['year']}`;
  return `${day}, ${part['hour']}:${part['minute']}:${part['second']} (${iso}, ${format.resolvedOptions().timeZone})`;
}
