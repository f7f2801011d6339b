import type { TerminalStreams } from './screen.ts';

/** Asks a yes-or-no question on the terminal; no where there is none, and unless it is clearly yes. */
export async function isWanted(question: string, { stdin, stdout }: TerminalStreams): Promise<boolean> {
  if (stdin.isTTY !== true) return false;
  const { createInterface } = await import('node:readline/promises');
  const asked = createInterface({ input: stdin, output: stdout });
  try {
    return /^y(?:es)?$/i.test((await asked.question(question)).trim());
  } finally {
    asked.close();
  }
}
