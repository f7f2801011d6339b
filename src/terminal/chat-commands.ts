/** What begins with a slash in a chat. */
export const COMMANDS = [
  ['/help', 'this list'],
  ['/new', 'begin a new conversation'],
  ['/conversations', 'the newest in this folder'],
  ['/open ID', 'go on with one of them'],
  ['/search WORDS', 'in everything that was said and done'],
  ['/model [NAME]', 'which models there are; take another one'],
  ['/agent [NAME]', 'which agents there are; begin anew with another one'],
  ['/plan [on|off]', 'look first, then show a plan and ask'],
  ['/edit WORDS', 'say your last message in other words; both stay'],
  ['/again', 'another answer to your last message; both stay'],
  ['/resume', 'go on with a run that was interrupted'],
  ['/exit', 'end'],
] as const;

type Named = 'help' | 'new' | 'conversations' | 'open' | 'search' | 'model' | 'agent' | 'plan' | 'edit' | 'again' | 'resume' | 'exit';

export interface Slash {
  readonly name: Named | 'unknown';
  /** What stands behind it; of an unknown one the word itself. */
  readonly rest: string;
}

const NAMES: ReadonlySet<string> = new Set(COMMANDS.map(([command]) => nameOf(command)));

function nameOf(command: string): string {
  return command.slice(1).split(' ', 1)[0] ?? '';
}

/** The command that a line means; null for words. A path is no command: `/etc/hosts says what?` */
export function parseSlash(line: string): Slash | null {
  const match = /^\/([a-z]+)(?:\s+([^]*))?$/.exec(line.trimEnd());
  if (!match || line.startsWith(' ')) return null;
  const [, name = '', rest = ''] = match;
  if (name === 'quit') return { name: 'exit', rest: '' };
  return NAMES.has(name) ? { name: name as Named, rest: rest.trim() } : { name: 'unknown', rest: `/${name}` };
}

/** What a line that begins a command can become, as readline wants it. */
export function completed(line: string): [string[], string] {
  if (!line.startsWith('/') || line.includes(' ')) return [[], line];
  const names = [...NAMES].map((name) => `/${name}`).filter((name) => name.startsWith(line));
  return [names.length === 1 ? [`${names[0] ?? ''} `] : names, line];
}
