import type { Price } from '../core/models/usage.ts';
import { decimal, language, say, sayCounted } from './words/say.ts';

/** A space that no line break falls into: between a figure and its unit. */
const NB = '\u00a0';

/** How long something took, in one glance: `0.1 s`, `18 s`, `2 min 5 s`, `1 h 4 min`. Milliseconds. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (seconds < 0.05) return `<0.1${NB}s`;
  if (seconds < 9.95) return `${decimal(seconds.toFixed(1))}${NB}s`;
  if (seconds < 59.5) return `${Math.round(seconds)}${NB}s`;
  const whole = Math.round(seconds);
  if (whole < 3_600) return `${Math.floor(whole / 60)}${NB}min${whole % 60 === 0 ? '' : ` ${whole % 60}${NB}s`}`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)}${NB}h${minutes % 60 === 0 ? '' : ` ${minutes % 60}${NB}min`}`;
}

/** How long a tool took: always one decimal below a minute, so that a column of them ends alike. */
export function callDuration(milliseconds: number): string {
  if (milliseconds < 50) return `<0.1${NB}s`;
  return milliseconds < 59_950 ? `${decimal((milliseconds / 1_000).toFixed(1))}${NB}s` : duration(milliseconds);
}

/** Time that runs: `12 s`, then `1:05`. It never shows parts of a second, which would flicker. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  return seconds < 60 ? `${seconds}${NB}s` : clock(milliseconds);
}

/** A stopwatch: `0:41`, `12:05`, `1:02:05`. */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const two = (count: number) => String(count).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** Tokens in short: `812`, `21.6k`, `200k`, `1.2M`; `≈` before an estimate. */
export function tokens(count: number, isExact = true): string {
  const sign = isExact ? '' : `≈${NB}`;
  if (count < 1_000) return `${sign}${count}`;
  if (count < 99_950) return `${sign}${trimmed(count / 1_000)}k`;
  if (count < 999_500) return `${sign}${Math.round(count / 1_000)}k`;
  return `${sign}${trimmed(count / 1_000_000)}M`;
}

/** Every single one: `11,820`. */
export function wholeNumber(count: number): string {
  return Math.round(count).toLocaleString(language());
}

/** US dollars in detail: `$0.0412`, `<$0.0001` rather than zero, `$0` when it is free; null when no price is known. */
export function money(dollars: number | null): string | null {
  if (dollars === null) return null;
  if (dollars === 0) return '$0';
  if (dollars < 0.0001) return '<$0.0001';
  return dollars < 10 ? `$${dollars.toFixed(4)}` : `$${dollars.toFixed(2)}`;
}

/** US dollars where there is little room: `$0.081`. */
export function shortMoney(dollars: number | null): string | null {
  if (dollars === null || dollars === 0) return null;
  if (dollars < 0.001) return money(dollars);
  return dollars < 10 ? `$${dollars.toFixed(3)}` : `$${dollars.toFixed(2)}`;
}

/** `Reckoned at $3 in and $15 out per million tokens, as noted on 2026-07-04`: what a cost is made with. */
export function priceInWords({ input, output, asOf, isOwn }: Price): string {
  return say`Reckoned at $${input} in and $${output} out per million tokens, as ${isOwn ? say`you set it` : 'noted'} on ${asOf}`;
}

/** Bytes in decimal units: `41 kB`, `491 MB`, `1.20 GB`. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count}${NB}B`;
  if (count < 1_000_000) return `${Math.round(count / 1_000)}${NB}kB`;
  if (count < 1_000_000_000)
    return `${count < 10_000_000 ? decimal((count / 1_000_000).toFixed(1)) : Math.round(count / 1_000_000)}${NB}MB`;
  return `${decimal((count / 1_000_000_000).toFixed(2))}${NB}GB`;
}

/** How far a fetch is: `212 of 491 MB · 8.4 MB/s · 33 s left`. */
export function fetched(done: number, total: number, bytesPerSecond: number | null, secondsLeft: number | null): string {
  const all = bytes(total);
  const unit = all.slice(all.indexOf(NB));
  const part = bytes(done);
  const parts = [say`${part.endsWith(unit) ? part.slice(0, -unit.length) : part} of ${all}`];
  if (bytesPerSecond !== null) parts.push(`${bytes(bytesPerSecond)}/s`);
  if (secondsLeft !== null) parts.push(say`${duration(Math.max(1, Math.round(secondsLeft)) * 1_000)} left`);
  return parts.join(' · ');
}

/** `1 step`, `4 steps`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${wholeNumber(count)} ${sayCounted(count, one, many)}`;
}

const two = (count: number) => String(count).padStart(2, '0');

/** A time of day: `10:38`. Milliseconds since 1970. */
export function timeOfDay(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** With seconds, for a record: `10:42:26`. */
export function exactTime(at: number): string {
  return `${timeOfDay(at)}:${two(new Date(at).getSeconds())}`;
}

const DAYS = [say`Sun`, say`Mon`, say`Tue`, say`Wed`, say`Thu`, say`Fri`, say`Sat`];
const MONTHS = [say`Jan`, say`Feb`, say`Mar`, say`Apr`, say`May`, say`Jun`, say`Jul`, say`Aug`, say`Sep`, say`Oct`, say`Nov`, say`Dec`];

/** Whole days between two moments, by the calendar of this place. */
export function daysAgo(at: number, now: number): number {
  const start = (moment: number) => new Date(moment).setHours(0, 0, 0, 0);
  return Math.round((start(now) - start(at)) / 86_400_000);
}

/** When something was, as a list says it: `09:52` today and yesterday, `Fri` in the last week, then `3 Nov`, then `3 Nov 2024`. */
export function whenInList(at: number, now: number): string {
  const date = new Date(at);
  const ago = daysAgo(at, now);
  if (ago <= 1) return timeOfDay(at);
  if (ago < 7) return DAYS[date.getDay()] ?? '';
  return dayOf(at, now);
}

/** `3 Nov`, or `3 Nov 2024` when it was another year. */
export function dayOf(at: number, now: number): string {
  const date = new Date(at);
  const day = `${date.getDate()} ${MONTHS[date.getMonth()] ?? ''}`;
  return date.getFullYear() === new Date(now).getFullYear() ? day : `${day} ${date.getFullYear()}`;
}

function trimmed(value: number): string {
  const text = value.toFixed(1);
  return text.endsWith('.0') ? text.slice(0, -2) : text;
}
