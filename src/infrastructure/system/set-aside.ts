import { lstatSync, renameSync } from 'node:fs';

/**
 * Takes out of their places files that did not exist before a command, and that must not come into being by one: other programs would
 * run or obey them, outside of the sandbox. They stay beside it under another name, since they may be wanted (or, made by somebody else in
 * the meantime, be no work of the command at all). A sentence for each, for whoever reads the output.
 */
export function setAside(absentBefore: readonly string[]): string[] {
  const notes: string[] = [];
  for (const path of absentBefore) {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) continue;
    const name = freeName(`${path}.set-aside`);
    try {
      renameSync(path, name);
      notes.push(`The command made ${path}, which other programs obey by themselves. It was moved to ${name}.`);
    } catch {
      notes.push(`The command made ${path}, which other programs obey by themselves. Look at it before you go on.`);
    }
  }
  return notes;
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let at = 2; lstatSync(name, { throwIfNoEntry: false }) !== undefined; at++) name = `${wanted}-${at}`;
  return name;
}
