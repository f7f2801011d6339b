/** Sections whose every line may name a program, or another file that does. */
const SECTIONS =
  /^(alias|include|includeif|filter|pager|difftool|mergetool|credential|gpg|browser|guitool|man|tar|tarball|trailer|sendemail|instaweb|hook|protocol)\b/;
/** Names that do in any section. */
const NAMES =
  /^(hookspath|fsmonitor|sshcommand|editor|pager|askpass|gitproxy|external|command|textconv|driver|helper|program|uploadpack|receivepack|packobjectshook|vcs|difffilter|alternaterefscommand|worktreeconfig|cmd|process|clean|smudge)\b/;

/**
 * The lines of a configuration of git by which it would run a program of somebody's choice, or obey another file that says so; each with its
 * section. What `git init`, `git clone`, `git remote` and branches write is not among them.
 */
export function runningLines(text: string): string[] {
  const lines: string[] = [];
  let section = '';
  for (const raw of text.split('\n')) {
    let line = raw.trim();
    // A section may be followed by a line of its own, and by another section.
    for (let header = HEADER.exec(line); header; header = HEADER.exec(line)) {
      section = (header[1] ?? '').trim().toLowerCase();
      line = line.slice(header[0].length).trim();
    }
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const name = line.toLowerCase();
    const isUpdate = section.startsWith('submodule') && /^update\s*=\s*"?!/.test(name);
    if (isUpdate || SECTIONS.test(section) || NAMES.test(name)) lines.push(`[${section}] ${line}`);
  }
  return lines;
}

const HEADER = /^\[((?:[^\]"]|"(?:[^"\\]|\\.)*")*)\]/;
