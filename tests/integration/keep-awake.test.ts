import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { createKeepAwake } from '../../src/infrastructure/system/keep-awake.ts';

const MODULE = fileURLToPath(new URL('../../src/infrastructure/system/keep-awake.ts', import.meta.url));

/** A folder with a program in the place of the system's: it notes what it was told and who it is, and runs what it is to run. */
function place() {
  const folder = mkdtempSync(join(tmpdir(), 'glasshouse-awake-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, 'systemd-inhibit');
  writeFileSync(
    program,
    `#!/bin/bash\necho "$@" > ${folder}/told\nwhile [[ $1 == --* ]]; do shift; done\n"$@" &\necho $! > ${folder}/child\nwait\n`,
  );
  chmodSync(program, 0o755);
  const child = () => Number(readFileSync(join(folder, 'child'), 'utf8'));
  const isRunning = () => {
    try {
      process.kill(child(), 0);
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${child()}/status`, 'utf8'));
    } catch {
      return false;
    }
  };
  const isThere = () => existsSync(join(folder, 'child')) && child() > 0 && isRunning();
  return { folder, path: `${folder}:${process.env['PATH']}`, isThere, told: () => readFileSync(join(folder, 'told'), 'utf8') };
}

it('holds sleep off until it is let go', async () => {
  const { path, isThere, told } = place();
  const letGo = createKeepAwake('linux', path, process.pid).hold();
  await expect.poll(isThere).toBe(true);
  expect(told()).toContain('--what=sleep');
  letGo();
  await expect.poll(isThere).toBe(false);
  letGo();
});

it('ends with the process, however that ends', async () => {
  const { path, isThere } = place();
  const code = `import { createKeepAwake } from ${JSON.stringify(MODULE)}; createKeepAwake('linux', ${JSON.stringify(path)}, process.pid).hold(); setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' });
  await expect.poll(isThere, { timeout: 5_000 }).toBe(true);
  owner.kill('SIGKILL');
  await expect.poll(isThere, { timeout: 5_000 }).toBe(false);
});

it('does nothing where there is no such program', async () => {
  const letGo = createKeepAwake('linux', '/nowhere', process.pid).hold();
  await new Promise((resolve) => setTimeout(resolve, 100));
  letGo();
  createKeepAwake('win32', '/nowhere', process.pid).hold()();
});
