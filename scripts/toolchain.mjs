// What the other scripts share: the package's own Node, and running programs one after the other.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { delimiter, join } from 'node:path';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The Node that the package brings; the one that runs this where it is missing. */
const own = join(root, 'node_modules/node/bin/node');
export const node = existsSync(own) ? own : process.execPath;

/** The environment for programs of the package: its Node and its programs come first. */
export const environment = () => ({
  ...process.env,
  PATH: [join(root, 'node_modules/node/bin'), join(root, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter),
});

/** Runs a program to its end, its output shown. @returns its exit code */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, env: environment(), stdio: 'inherit', ...options });
  if (result.error) {
    console.error(`${program}: ${result.error.message}`);
    return 127;
  }
  return result.status ?? 1;
}
