/**
 * What the interpreter lacks: values in words, and a console. Evaluated in it before any code, as a function of the host's `print`; gives
 * `show`. Whatever code does to it, it does to its own output.
 */
export const PRELUDE = String.raw`(print) => {
  const own = (text) => JSON.stringify(text);
  const list = (items, depth, seen) => items.map((item) => show(item, depth + 1, seen)).join(', ');
  const cut = (items, size) => (size > items.length ? [...items, Symbol.for('… ' + (size - items.length) + ' more')] : items);
  function show(value, depth = 0, seen = []) {
    if (typeof value === 'string') return depth === 0 ? value : own(value);
    if (typeof value === 'bigint') return value + 'n';
    if (typeof value === 'symbol') return value.description?.startsWith('… ') ? value.description : String(value);
    if (typeof value === 'function') return '[function ' + (value.name || 'without a name') + ']';
    if (Object.is(value, -0)) return '-0';
    if (value === null || typeof value !== 'object') return String(value);
    if (value instanceof Error) return value.name + ': ' + value.message;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (seen.includes(value)) return '[circular]';
    if (depth > 5) return Array.isArray(value) ? '[…]' : '{…}';
    const inside = [...seen, value];
    if (Array.isArray(value) || ArrayBuffer.isView(value)) {
      return '[' + list(cut(Array.from(value).slice(0, 500), value.length ?? 0), depth, inside) + ']';
    }
    if (value instanceof Set) return 'Set {' + list(cut([...value].slice(0, 500), value.size), depth, inside) + '}';
    if (value instanceof Map) {
      const pairs = [...value].slice(0, 500).map(([key, item]) => show(key, depth + 1, inside) + ' => ' + show(item, depth + 1, inside));
      return 'Map {' + pairs.join(', ') + (value.size > 500 ? ', …' : '') + '}';
    }
    const keys = Object.keys(value);
    const pairs = keys.slice(0, 500).map((key) => (/^[a-z_$][\w$]*$/i.test(key) ? key : own(key)) + ': ' + show(value[key], depth + 1, inside));
    return pairs.length === 0 ? '{}' : '{ ' + pairs.join(', ') + (keys.length > 500 ? ', …' : '') + ' }';
  }
  const log = (...values) => print(values.map((value) => show(value)).join(' '));
  globalThis.console = { log, info: log, debug: log, warn: log, error: log, table: log };
  return (value) => show(value);
}`;
