// Installs the system's tools that the tests need and that are missing. As root, by sudo without a password, or by saying the one command.
import { spawnSync } from 'node:child_process';

const TOOLS = [{ program: 'bwrap', package: 'bubblewrap' }];

function has(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}

/** @returns whether everything is there now */
export function ensureSystemTools() {
  const missing = TOOLS.filter((tool) => !has(tool.program));
  if (missing.length === 0) return true;
  const packages = missing.map((tool) => tool.package);
  const isRoot = process.getuid?.() === 0;
  const prefix = isRoot ? [] : ['sudo', '-n'];
  const install = (...words) => {
    const [program, ...args] = [...prefix, ...words];
    return spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0;
  };
  console.log(`installing ${packages.join(', ')} …`);
  if (has('apt-get') && (isRoot || has('sudo'))) {
    if (!install('apt-get', 'install', '-y', '--no-install-recommends', ...packages)) {
      install('apt-get', 'update');
      install('apt-get', 'install', '-y', '--no-install-recommends', ...packages);
    }
  }
  const still = missing.filter((tool) => !has(tool.program));
  if (still.length === 0) return true;
  console.error(`The tests need ${still.map((tool) => tool.program).join(', ')}, which could not be installed from here. Run this once:\n\n  sudo apt-get install ${still.map((tool) => tool.package).join(' ')}\n`);
  return false;
}
