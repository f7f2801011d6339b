// `npm start`: builds when the source is newer, then becomes the server.
import { node, run } from './toolchain.mjs';

// What the build says goes to standard error: the server's one line stands alone.
if (run(node, ['scripts/build.mjs', '--if-stale'], { stdio: ['ignore', 2, 2] }) !== 0) process.exit(3);

// npm gives a signal to the shell that it starts us with, and some shells end of it without passing it on.
if (process.env.npm_lifecycle_event !== undefined && process.platform !== 'win32') {
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  watch.unref();
}
await import(new URL('../dist/main.js', import.meta.url).href);
