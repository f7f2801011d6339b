// Installs the system's tools that the tests need and that are missing: as root, by sudo without a password, or unpacked into a
// cache folder. Where none of that works it says the one command.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

/**
 * Without any rights: the packages' files, and those of the packages that they need and that are not here, in a folder of our own.
 * Where the machine has no lists of packages yet, they are fetched into that folder too.
 */
function unpack(packages) {
  const downloads = join(unpacked, 'downloads');
  const lists = join(unpacked, 'lists');
  for (const folder of [downloads, join(lists, 'partial')]) mkdirSync(folder, { recursive: true });
  const own = ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${unpacked}`, '-o', 'Debug::NoLocking=1'];
  for (const options of [[], own]) {
    if (options.length > 0) quietly('apt-get', [...options, 'update']);
    const wanted = spawnSync('apt-get', [...options, '-s', 'install', '--no-install-recommends', ...packages], { encoding: 'utf8' });
    const names = [...(wanted.stdout ?? '').matchAll(/^Inst (\S+)/gm)].map(([, name]) => name);
    if (names.length > 0 && quietly('apt-get', [...options, 'download', ...names], { cwd: downloads })) break;
  }
  for (const file of readdirSync(downloads)) quietly('dpkg-deb', ['-x', join(downloads, file), unpacked]);
  for (const folder of [downloads, lists]) rmSync(folder, { recursive: true, force: true });
  wrapChromium();
}

/** The program that comes in the package looks for itself and its libraries where they would have been installed. */
function wrapChromium() {
  const program = join(unpacked, 'usr/lib/chromium/chromium');
  if (!existsSync(program)) return;
  const found = readdirSync(join(unpacked, 'usr/lib')).filter((name) => name.endsWith('-linux-gnu'));
  const libraries = ['usr/lib', ...found.flatMap((name) => [`usr/lib/${name}`, `lib/${name}`])].map((folder) => join(unpacked, folder));
  const script = `#!/bin/sh\nLD_LIBRARY_PATH='${libraries.join(':')}' exec '${program}' "$@"\n`;
  writeFileSync(join(unpacked, 'usr/bin/chromium'), script, { mode: 0o755 });
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
