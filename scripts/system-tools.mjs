// Installs the system's tools that the tests need and that are missing: as root, by sudo without a password, or unpacked into a
// cache folder. Where none of that works it says the one command.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const TOOLS = [
  { program: 'bwrap', package: 'bubblewrap' },
  // The tests of the page go through a real browser.
  { program: 'chromium', package: 'chromium' },
];
const unpacked = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'glasshouse', 'system-tools');

function has(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}

function quietly(program, args, options = {}) {
  return spawnSync(program, args, { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, ...options }).status === 0;
}

function installAs(prefix, packages) {
  const apt = (...args) => {
    const [program, ...rest] = [...prefix, 'apt-get', ...args];
    return quietly(program, rest);
  };
  const install = () => apt('install', '-y', '--no-install-recommends', ...packages);
  return install() || (apt('update') && install());
}

/** Without any rights: the packages' files in a folder of our own. */
function unpack(packages) {
  const downloads = join(unpacked, 'downloads');
  mkdirSync(downloads, { recursive: true });
  quietly('apt-get', ['download', ...packages], { cwd: downloads });
  for (const file of readdirSync(downloads)) quietly('dpkg-deb', ['-x', join(downloads, file), unpacked]);
  rmSync(downloads, { recursive: true, force: true });
}

/** @returns whether everything is there now. May put a folder on this process's PATH. */
export function ensureSystemTools() {
  process.env.PATH = `${process.env.PATH}:${join(unpacked, 'usr/bin')}`;
  const missing = () => TOOLS.filter((tool) => !has(tool.program));
  const packages = missing().map((tool) => tool.package);
  if (packages.length === 0) return true;
  if (has('apt-get')) {
    console.log(`installing ${packages.join(', ')} …`);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) installAs([], packages);
    else if (!(has('sudo') && installAs(['sudo', '-n'], packages))) unpack(packages);
  }
  const still = missing();
  if (still.length === 0) return true;
  const names = still.map((tool) => tool.package).join(' ');
  console.error(
    `The tests need ${still.map((tool) => tool.program).join(', ')}, which could not be installed from here. Run this once:\n\n  sudo apt-get install ${names}\n`,
  );
  return false;
}
