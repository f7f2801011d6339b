import { spawn } from 'node:child_process';

/** Opens an address in the person's browser, where there is one: nothing fails for there being none. */
export function openBrowser(address: string): void {
  const [program, ...words] = opener(address);
  if (program === undefined) return;
  const child = spawn(program, words, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

function opener(address: string): readonly string[] {
  switch (process.platform) {
    case 'darwin':
      return ['open', address];
    case 'win32':
      return ['cmd', '/c', 'start', '', address];
    default:
      // Without a display, `xdg-open` would start a browser in the terminal.
      return process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'] ? ['xdg-open', address] : [];
  }
}
