import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { callOf, CliScene, MODEL, scriptedScene } from '../support/cli.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const UP = '\u001b[A';
const PASTE = (text: string) => `\u001b[200~${text}\u001b[201~`;

/** The chat waits for its n-th entry: each time it asks the terminal to mark what is pasted. */
const prompts = (count: number) => (all: string) => all.split('\u001b[?2004h').length > count && /› [^\n]*$/.test(all);

/** What the model was asked with, as text. */
const asked = (server: { readonly requests: readonly { readonly body: Buffer }[] }, at: number) =>
  server.requests.at(at)?.body.toString() ?? '';

describe('glasshouse chat', () => {
  it('on a pipe takes every line as a message of one conversation, and a line that ends in a backslash with the next', async () => {
    const { cli, server } = await scriptedScene([{ text: 'First answer.' }, { text: 'Second answer.' }]);
    const done = await cli.run(['chat', ...MODEL], { input: 'One thing \\\nin two lines\n\nAnd another\n/exit\nnever said\n' });
    expect([done.code, done.stdout]).toEqual([0, 'First answer.\nSecond answer.\n']);
    expect(server.requests).toHaveLength(2);
    expect(asked(server, 0)).toContain(String.raw`One thing \nin two lines`);
    expect(asked(server, 1)).toContain('First answer.');
    expect((await cli.run(['conversations', 'list'])).stdout.trim().split('\n')).toHaveLength(1);
  });

  it('says the last message in other words, and has it answered anew; all versions stay', async () => {
    const { cli, server } = await scriptedScene([{ text: 'One.' }, { text: 'Two.' }, { text: 'Three.' }]);
    const done = await cli.run(['chat', ...MODEL], { input: '/again\nFirst words\n/edit Other words\n/edit\n/again\n' });
    expect([done.code, done.stdout]).toEqual([0, 'One.\nTwo.\nThree.\n']);
    expect(done.stderr).toContain('Nothing was said here yet');
    expect(done.stderr).toContain('Say how: /edit WORDS');
    expect(asked(server, 1)).not.toContain('First words');
    expect(asked(server, 2)).toContain('Other words');
    expect(asked(server, 2)).not.toContain('Two.');
    // JSON keeps the whole tree, and says which branch is shown.
    const { stdout } = await cli.run(['conversations', 'export', 'last', '--format', 'json']);
    const { messages, path } = JSON.parse(stdout) as { messages: { id: string }[]; path: string[] };
    expect([messages.length, path.length]).toEqual([5, 2]);
    expect(stdout).toContain('First words');
  });

  it('on a terminal says, asks before what is unsafe, goes on, and brings back what was said', async () => {
    const { cli, server } = await scriptedScene([
      callOf('write_file', { path: 'a.txt', content: 'from the chat\n' }),
      { text: 'It is written.' },
      { text: 'Said again.' },
    ]);
    const chat = cli.terminal(['chat', ...MODEL]);
    await chat.until(prompts(1));
    chat.child.stdin?.write('Write a.txt\r');
    await chat.until('allow once');
    chat.child.stdin?.write('y');
    await chat.until('It is written.');
    await chat.until(prompts(2));
    chat.child.stdin?.write(`${UP}\r`);
    await chat.until('Said again.');
    await chat.until(prompts(3));
    chat.child.stdin?.write(CTRL_D);
    expect((await chat.done).code).toBe(0);
    expect(asked(server, 2).match(/Write a\.txt/g)).toHaveLength(2);
  });

  it('R7: Ctrl-C stops the run and not the chat; at an empty line it ends', async () => {
    const { cli } = await scriptedScene([
      { text: 'A long answer that comes word by word, and would go on for a while. '.repeat(40), delayMs: 40, chunkSize: 8 },
      { text: 'Here again.' },
    ]);
    const chat = cli.terminal(['chat', ...MODEL]);
    await chat.until(prompts(1));
    chat.child.stdin?.write('Go on and on\r');
    await chat.until('A long answer');
    chat.child.stdin?.write(CTRL_C);
    await chat.until(prompts(2));
    chat.child.stdin?.write('Still there?\r');
    await chat.until('Here again.');
    await chat.until(prompts(3));
    chat.child.stdin?.write(`half a word${CTRL_C}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    chat.child.stdin?.write(CTRL_C);
    expect((await chat.done).code).toBe(0);
  });

  it('takes what is pasted as one message, whatever lines it has', async () => {
    const { cli, server } = await scriptedScene([{ text: 'Read.' }]);
    const chat = cli.terminal(['chat', ...MODEL]);
    await chat.until(prompts(1));
    chat.child.stdin?.write(PASTE('first line\nsecond line\nthird'));
    await chat.until('third');
    expect(server.requests).toHaveLength(0);
    chat.child.stdin?.write('\r');
    await chat.until('Read.');
    await chat.until(prompts(2));
    expect(asked(server, 0)).toContain(String.raw`first line\nsecond line\nthird`);
    chat.child.stdin?.write(CTRL_D);
    await chat.done;
  });

  it('obeys what begins with a slash, and says what it does not know', async () => {
    const { cli, server } = await scriptedScene([{ text: 'The lantern hangs by the door.' }, { text: 'Once more.' }]);
    const script = [
      'Where is the lantern?',
      '/search lantern',
      '/conversations',
      '/new',
      '/frobnicate',
      '/model other',
      '/model openai-compatible/other',
      '/plan on',
      '/help',
      'Again',
      '/resume',
    ];
    const done = await cli.run(['chat', ...MODEL], { input: `${script.join('\n')}\n` });
    expect(done.code).toBe(0);
    expect(done.stderr).toContain('Where is the lantern?');
    expect(done.stderr).toContain('A new conversation.');
    expect(done.stderr).toContain('There is no /frobnicate.');
    expect(done.stderr).toContain('Plan first');
    expect(done.stderr).toContain('/search WORDS');
    expect(server.requests).toHaveLength(2);
    expect(asked(server, 1)).not.toContain('lantern');
    expect((await cli.run(['conversations', 'list'])).stdout.trim().split('\n')).toHaveLength(2);
  });

  it('goes on with a conversation, and shows where it stood', async () => {
    const { cli, server } = await scriptedScene([{ text: 'The lantern hangs by the door.' }, { text: 'By the door, as I said.' }]);
    await cli.run(['run', ...MODEL, 'Where is the lantern?']);
    const done = await cli.run(['chat', ...MODEL, '--continue'], { input: 'Where again?\n' });
    expect(done.stderr).toContain('The lantern hangs by the door.');
    expect(done.stdout).toBe('By the door, as I said.\n');
    expect(asked(server, 1)).toContain('The lantern hangs by the door.');
    const wrong = await cli.run(['chat', ...MODEL, '--conversation', 'no-such']);
    expect(wrong.code).toBe(2);
  });

  it('tells a failure and stays', async () => {
    const { cli } = await scriptedScene([{ status: 401, body: '{"error":{"message":"invalid api key"}}' }, { text: 'Now it works.' }]);
    const done = await cli.run(['chat', ...MODEL], { input: 'One\nTwo\n' });
    expect([done.code, done.stdout]).toEqual([0, 'Now it works.\n']);
    expect(done.stderr).toContain('model_key_refused');
  });
});

describe('models use', () => {
  it('makes a model the default, by its whole name or the end of it, and refuses a provider that there is not', async () => {
    const { cli } = await scriptedScene([]);
    expect((await cli.run(['models', 'use', 'qwen2.5-coder-0.5b'])).stdout).toContain('embedded/qwen2.5-coder-0.5b is asked by default.');
    expect((await cli.run(['settings', 'get', 'model'])).stdout).toContain('embedded/qwen2.5-coder-0.5b');
    const wrong = await cli.run(['models', 'use', 'nobody/some-model']);
    expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringContaining('is not known here')]);
    expect((await cli.run(['settings', 'get', 'model'])).stdout).toContain('embedded/qwen2.5-coder-0.5b');
  });
});

describe('completion', () => {
  it('gives bash every command that the help names, and what follows it', async () => {
    const cli = new CliScene();
    const script = (await cli.run(['completion', 'bash'])).stdout;
    const ask = (line: string) => {
      const words = line.split(' ');
      const program = `${script}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _glasshouse; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return execFileSync('bash', ['-c', program], { encoding: 'utf8', cwd: cli.workspace }).trim().split('\n');
    };
    const help = (await cli.run(['--help'])).stdout;
    const named = [...help.matchAll(/^ {2}glasshouse ([a-z]+)/gm)].map(([, name]) => name ?? '');
    expect(ask('glasshouse ')).toEqual(expect.arrayContaining([...new Set(named)]));
    expect(ask('glasshouse co')).toEqual(['conversations', 'completion']);
    expect(ask('glasshouse models ')).toContain('use');
    expect(ask('glasshouse run --all')).toEqual(['--allow']);
    cli.write('mine.db', '');
    expect(ask('glasshouse restore mi')).toEqual(['mine.db']);
    expect((await cli.run(['completion', 'tcsh'])).code).toBe(2);
  });
});
