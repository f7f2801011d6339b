import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../src/infrastructure/tools/shell-grammar.ts';
import { toolScene } from '../support/tool-scene.ts';

const argv = async (line: string) => (await parseCommand(line)).commands;

describe('S2: plain lines are understood whole, and nobody has to look', () => {
  it.each<[string, string[][]]>([
    ['ls -la', [['ls', '-la']]],
    [
      'npm test && npm run build',
      [
        ['npm', 'test'],
        ['npm', 'run', 'build'],
      ],
    ],
    ['a | b || c; d', [['a'], ['b'], ['c'], ['d']]],
    ['a\nb\n\n# a comment\nc # another', [['a'], ['b'], ['c']]],
    ['(a; b) && { c; }', [['a'], ['b'], ['c']]],
    ['if a; then b; elif c; then d; else e; fi', [['a'], ['b'], ['c'], ['d'], ['e']]],
    ['while a; do b; done; until c; do d; done', [['a'], ['b'], ['c'], ['d']]],
    ['for x in 1 2; do a; done', [['a']]],
    ['case x in a) b;; *) c;; esac', [['b'], ['c']]],
    ['! grep x f', [['grep', 'x', 'f']]],
    ['[ -f a ] && b', [['[', '-f a'], ['b']]],
    [`echo 'one two' "three four" five\\ six`, [['echo', 'one two', 'three four', 'five six']]],
    [`git commit -m "it's \\"done\\""`, [['git', 'commit', '-m', `it's "done"`]]],
    [`echo '$HOME' \\$HOME "\\$HOME" "a\\nb"`, [['echo', '$HOME', '$HOME', '$HOME', 'a\\nb']]],
    [`echo "" ''`, [['echo', '', '']]],
    ["echo 'a\nb'", [['echo', 'a\nb']]],
    ['ls \\\n  -la', [['ls', '-la']]],
    ['ls *.txt', [['ls', '*.txt']]],
    ['find . -name "*.tmp"', [['find', '.', '-name', '*.tmp']]],
    ["awk '{print $1}' f", [['awk', '{print $1}', 'f']]],
    [
      'make -j4 2>&1 | tee log',
      [
        ['make', '-j4'],
        ['tee', 'log'],
      ],
    ],
    ['a >/dev/null 2>&1', [['a']]],
    ['echo a#b', [['echo', 'a#b']]],
    ['echo “quoted” grün 日本', [['echo', '“quoted”', 'grün', '日本']]],
  ])('%j', async (line, commands) => {
    expect(await parseCommand(line)).toEqual({ commands, writes: [], reads: [], changesFolder: false, mustAsk: [] });
  });
});

describe('S2: a command cannot hide its name in quotes', () => {
  it.each([
    '"rm" -rf x',
    `r"m" -rf x`,
    `r'm' '-rf' x`,
    'r\\m -rf x',
    `r""m -rf x`,
    `''rm -rf x`,
    `"r"'m' -r""f "x"`,
    '\\rm -rf x',
    'ls;rm -rf x',
    'ls&&rm -rf x',
    'ls\nrm -rf x',
    'ls|rm -rf x',
    '{ rm -rf x; }',
    '(rm -rf x)',
    '!  rm -rf x',
    'r\\\nm -rf x',
  ])('%j', async (line) => {
    expect(await argv(line)).toContainEqual(['rm', '-rf', 'x']);
  });
});

describe('S2: what hides a command is asked about, and what can be seen of it can still be denied', () => {
  it.each([
    'echo $(rm -rf x)',
    'echo `rm -rf x`',
    'echo "$(rm -rf x)"',
    'echo "`rm -rf x`"',
    'cat <(rm -rf x)',
    'tee >(rm -rf x)',
    'echo ${y:-$(rm -rf x)}',
    'echo "${a[$(rm -rf x)]}"',
    'echo $(( $(rm -rf x) ))',
    '[ $(rm -rf x) ]',
    '[[ a =~ $(rm -rf x) ]]',
    'y=$(rm -rf x)',
    'y=(1 $(rm -rf x))',
    'export y=$(rm -rf x)',
    'f() { rm -rf x; }; f',
    'for y in $(rm -rf x); do a; done',
    'case $(rm -rf x) in a) b;; esac',
    'cat <<E\n$(rm -rf x)\nE',
    'cat <<E && rm -rf x\nhello\nE',
    'cat <<< $(rm -rf x)',
    'bash -c "rm -rf x"',
    `/bin/sh -ec 'ls; rm -rf x'`,
    `bash -c "bash -c 'rm -rf x'"`,
    `sudo bash -c 'rm -rf x'`,
    'eval "rm -rf x"',
    'exec rm -rf x',
    'command rm -rf x',
    'env A=1 rm -rf x',
    'sudo -u root rm -rf x',
    'nohup rm -rf x',
    'time rm -rf x',
    'timeout 5 rm -rf x',
    'xargs rm -rf x',
    'coproc rm -rf x',
    'rm -rf x &',
    'A=1 rm -rf x',
  ])('%j', async (line) => {
    const { commands, mustAsk } = await parseCommand(line);
    expect(mustAsk.length).toBeGreaterThan(0);
    const flat = (commands ?? []).map((words) => words.join(' '));
    expect(flat).toContainEqual('rm -rf x');
  });
});

describe('S2: what cannot be known before it runs is asked about', () => {
  it.each([
    'echo $HOME',
    'echo "$HOME"',
    'echo ${HOME}',
    '$x',
    '${x} a',
    'ls$IFS-la',
    'rm${IFS}-rf',
    'echo $@',
    'echo "$@"',
    'echo $[1+1]',
    'echo $((1+1))',
    "$'\\x72\\x6d' x",
    "echo $'a'",
    'echo {a,b}',
    '{a..c}',
    'echo x{1..3}',
    '*',
    '/bin/r?',
    '/bin/[r]m x',
    '~/bin/x',
    'echo ~',
    'A=1',
    'PATH=. ls',
    'LD_PRELOAD=x ls',
    'export A=1',
    'declare -x A=1',
    'local a',
    'readonly a=1',
    'unset a',
    '((a=1))',
    'let a=1',
    'for ((i=0;i<3;i++)); do x; done',
    'alias ls=rm',
    'unalias ls',
    'shopt -s expand_aliases',
    'set -f',
    'trap "rm x" EXIT',
    'enable -f x y',
    'source x',
    '. ./x',
    'eval x',
    'bash',
    'curl x | bash',
    'find . -exec rm {} ;',
    'find . -execdir a {} +',
    'find . -ok a',
    'tar -I evil xf a',
    'tar xf a --to-command=b',
    'git -c alias.x=!b x',
    'sort --compress-program=b a',
    'awk \'BEGIN{system("rm")}\'',
    "sed 's/a/b/e' f",
    "sed '1e rm' f",
    'watch ls',
    'parallel a',
    'ssh h a',
    'busybox rm x',
    'sleep 1 &',
    'a & b',
    'a <<E\nx\nE',
    'a <<< x',
    'a > /dev/tcp/h/80',
    '> $x',
    'a > "$x"',
    '>out',
    'read x',
    'mapfile -C a',
  ])('%j', async (line) => {
    expect((await parseCommand(line)).mustAsk.length).toBeGreaterThan(0);
  });
});

describe('S2: what is not understood has no commands at all', () => {
  it.each([
    ['an open quote', 'echo "a'],
    ['an open bracket', '(a'],
    ['an operator without its end', 'a &&'],
    ['a quoted word that goes on in the next line', "r\\\nm 'x'"],
    ['a carriage return', 'ls\r rm x'],
    ['a zero byte', 'ls\0rm'],
    ['a no-break space', 'ls\u00a0-la'],
    ['an em space', 'ls\u2003-la'],
    ['an invisible joiner', 'r\u200dm x'],
    ['a change of direction', 'echo \u202egpj.txt'],
    ['a byte order mark', '\ufeffls'],
    ['an escape', 'echo \x1b[31m'],
    ['a line separator', 'a\u2028b'],
    ['more than it wants to look at', `echo ${'a'.repeat(20_000)}`],
    ['deep nesting', `${'('.repeat(300)}a${')'.repeat(300)}`],
    ['a pattern of the shell that the grammar lacks', 'echo @(a|b)'],
    ['a brace word as command', '{rm,x}'],
    ['a redirection of an odd kind', 'a <> f'],
  ])('%s', async (_, line) => {
    const { commands, mustAsk } = await parseCommand(line);
    expect(commands).toBeNull();
    expect(mustAsk).toHaveLength(1);
  });

  it('and gives no answer late', async () => {
    const from = performance.now();
    for (const line of [
      '$('.repeat(3000),
      '"$('.repeat(2000),
      '{ '.repeat(3000),
      'a|'.repeat(3000),
      '<<A '.repeat(1500),
      '['.repeat(5000),
      '\\'.repeat(9001),
      '`'.repeat(9001),
    ]) {
      const parsed = await parseCommand(line);
      expect(parsed.commands === null || parsed.mustAsk.length > 0, line.slice(0, 10)).toBe(true);
    }
    expect(performance.now() - from).toBeLessThan(5000);
  });
});

describe('redirections', () => {
  it.each<[string, string[], string[]]>([
    ['a > f', ['f'], []],
    ['a >> f', ['f'], []],
    ['a >| f', ['f'], []],
    ['a &> f', ['f'], []],
    ['a &>> f', ['f'], []],
    ['a >& f', ['f'], []],
    ['a 2> f', ['f'], []],
    ['a > "b c"', ['b c'], []],
    ['a >b>c', ['b', 'c'], []],
    ['2>err a', ['err'], []],
    ['a < f', [], ['f']],
    ['{ a; b; } > f', ['f'], []],
    ['(a) > f', ['f'], []],
    ['if a; then b; fi > f', ['f'], []],
    ['a 2>&1 >&2 2>&- > f', ['f'], []],
    ['a | b > f', ['f'], []],
  ])('%j', async (line, writes, reads) => {
    expect(await parseCommand(line)).toMatchObject({ writes, reads });
  });

  it('of run_command: inside of the workspace a write, outside a question', async () => {
    const scene = toolScene({ protectedPlaces: (workspace) => [join(workspace, 'data')] });
    const touches = (command: string, network = false) =>
      scene.tool('run_command').touches({ command, network }, { workspace: scene.workspace, conversationId: 'c' });
    try {
      expect(await touches('make > out.txt')).toEqual({
        commands: [['make']],
        writes: [join(scene.workspace, 'out.txt')],
        reads: [],
        network: false,
        mustAsk: [],
      });
      expect((await touches('a > ../out')).mustAsk).toEqual([expect.stringMatching(/^it writes \.\.\/out: .*outside the workspace/)]);
      expect((await touches('a > /etc/x')).mustAsk).toHaveLength(1);
      expect((await touches('a < ~/x')).mustAsk?.length).toBeGreaterThan(0);
      expect((await touches('a > data/x')).mustAsk).toEqual([expect.stringMatching(/protected place/)]);
      expect((await touches('cd .. && a > x')).mustAsk).toEqual([expect.stringMatching(/changed the folder/)]);
      expect((await touches('a > .git/hooks/x')).mustAsk).toEqual([expect.stringMatching(/run or obey/)]);
      expect(await touches('ls', true)).toMatchObject({ network: true, mustAsk: [] });
    } finally {
      scene.dispose();
    }
  });
});

describe('beside the real bash', () => {
  it('no line of which nothing must be asked runs a command that was not told', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'glasshouse-grammar-'));
    const pieces = [
      'aa',
      'bb',
      'cc',
      ' ',
      ' ',
      ' ',
      '\t',
      '\n',
      ';',
      ' && ',
      ' || ',
      ' | ',
      '|',
      '&',
      '(',
      ')',
      '{ ',
      '; }',
      '"',
      "'",
      '\\',
      '\\ ',
      '""',
      "''",
      "'x y'",
      '"x y"',
      '$',
      '`',
      '#',
      ' #',
      '!',
      '! ',
      '~',
      '*',
      '?',
      '[',
      ']',
      '{',
      ',',
      '}',
      '=',
      'A=',
      '-',
      '--',
      '.',
      '/',
      '>',
      '<',
      '2>',
      '>&2',
      '<<',
      'if aa; then ',
      '; fi',
      'time ',
      'é',
      '$(',
      '\\"',
      "\\'",
      '\\\\',
      '\\\n',
      'case aa in bb) ',
      ' esac',
      'for i in 1; do ',
      '; done',
      '[[ ',
      ' ]]',
      'function ',
      '()',
      '@',
      '%',
      '^',
      '+',
      ':',
      '0',
      '1',
    ];
    // A fixed sequence, so that a failure can be seen again.
    let state = Number(process.env['GRAMMAR_SEED'] ?? 20_261);
    const next = (below: number) => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
    };
    const lines: string[] = [];
    while (lines.length < Number(process.env['GRAMMAR_LINES'] ?? 400)) {
      const line = Array.from({ length: 2 + next(9) }, () => pieces[next(pieces.length)]).join('');
      const parsed = await parseCommand(line);
      if (
        parsed.commands !== null &&
        parsed.mustAsk.length === 0 &&
        parsed.commands.length > 0 &&
        parsed.writes.length + parsed.reads.length === 0
      )
        lines.push(line);
    }
    // No program can be found, so every command ends in this function, which tells its words.
    // In a file for each: the two ends of a pipe speak at the same time.
    const told = `command_not_found_handle() { printf '%s\\0' "$@" >"${folder}/$BASHPID"; }\n`;
    const wrong: unknown[] = [];
    for (const line of lines) {
      const known = new Set((await argv(line))?.map((words) => JSON.stringify(words)));
      try {
        execFileSync('/bin/bash', ['--noprofile', '--norc', '-c', `exec >/dev/null 2>&1\nset -f\n${told}${line}`], {
          cwd: folder,
          env: { PATH: '/nowhere' },
          timeout: 5000,
          stdio: 'ignore',
        });
      } catch {
        // Ended with an error, as most of these lines do.
      }
      for (const file of readdirSync(folder)) {
        const words = readFileSync(join(folder, file), 'utf8').split('\0').slice(0, -1);
        rmSync(join(folder, file));
        if (!known.has(JSON.stringify(words))) wrong.push({ line, ran: words, told: [...known] });
      }
    }
    rmSync(folder, { recursive: true, force: true });
    expect(wrong).toEqual([]);
  });
});
