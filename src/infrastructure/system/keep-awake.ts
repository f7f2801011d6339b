import type { KeepAwake } from '../../application/ports/machine.ts';

/**
 * Keeps the machine awake by the system's own program for it: `systemd-inhibit` on Linux, `caffeinate` on macOS. Where there is none, or it
 * may not, the machine sleeps as ever. What is started ends with this process, however that ends.
 * @param path where programs are looked for
 */
export function createKeepAwake(platform: string, path: string, pid: number): KeepAwake {
  return {
    hold() {
      const [program, ...args] = commandFor(platform, pid);
      if (program === undefined) return () => {};
      const { spawn } = process.getBuiltinModule('node:child_process');
      // A group of its own, so that what it starts ends with it.
      const child = spawn(program, args, { stdio: 'ignore', detached: true, cwd: '/', env: { PATH: path } });
      child.on('error', () => undefined);
      child.unref();
      return () => {
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
        try {
          process.kill(-child.pid, 'SIGTERM');
        } catch {
          // It has ended by itself.
        }
      };
    },
  };
}

function commandFor(platform: string, pid: number): readonly string[] {
  if (platform === 'darwin') return ['caffeinate', '-i', '-w', String(pid)];
  if (platform !== 'linux') return [];
  const why = ['--what=sleep', '--mode=block', '--who=Glasshouse', '--why=An agent is at work'];
  return ['systemd-inhibit', ...why, 'tail', `--pid=${pid}`, '-f', '/dev/null'];
}
