// Builds what is measured, then measures it with the package's own Node.
//   run.mjs [FILE] [OPTIONS]   bench.ts unless another file of this folder is given
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { node, root, run } from '../scripts/toolchain.mjs';

const given = process.argv.slice(2);
const file = given[0]?.endsWith('.ts') ? given.shift() : 'bench.ts';
if (existsSync(join(root, 'src')) && run(node, ['scripts/build.mjs', '--if-stale']) !== 0) process.exit(1);
process.exit(run(node, [`bench/${file}`, ...given]));
