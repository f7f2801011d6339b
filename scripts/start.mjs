// `npm start`: builds when the source is newer, then becomes the server, so that signals reach it.
import { node, run } from './toolchain.mjs';

// What the build says goes to standard error: the server's one line stands alone.
if (run(node, ['scripts/build.mjs', '--if-stale'], { stdio: ['ignore', 2, 2] }) !== 0) process.exit(3);
await import(new URL('../dist/main.js', import.meta.url).href);
