// Builds what is measured, then measures it with the package's own Node.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { node, root, run } from '../scripts/toolchain.mjs';

if (existsSync(join(root, 'src')) && run(node, ['scripts/build.mjs', '--if-stale']) !== 0) process.exit(1);
process.exit(run(node, ['bench/bench.ts', ...process.argv.slice(2)]));
