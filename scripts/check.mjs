// Everything that can be said about the code without starting it for real: format, lint, types, dead code, architecture, unit tests.
import { node, run } from './toolchain.mjs';

const tsc = 'node_modules/typescript/bin/tsc';
const steps = [
  ['format', 'oxfmt', ['--check']],
  ['lint', 'oxlint', ['--deny-warnings']],
  ['types: core', node, [tsc, '-p', 'tsconfig.core.json']],
  ['types: page', node, [tsc, '-p', 'tsconfig.ui.json']],
  ['types: tests of the page', node, [tsc, '-p', 'tsconfig.page-tests.json']],
  ['types: the rest', node, [tsc, '-p', 'tsconfig.json']],
  ['words', node, ['scripts/words.mjs', '--check']],
  ['dead code', 'knip', []],
  ['architecture and unit tests', 'vitest', ['run', '--project', 'unit']],
];

const failed = [];
for (const [name, program, args] of steps) {
  const startedAt = performance.now();
  const code = run(program, args);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${Math.round(performance.now() - startedAt)} ms)`);
  if (code !== 0) failed.push(name);
}
console.log(failed.length === 0 ? 'check: all good' : `check: failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
