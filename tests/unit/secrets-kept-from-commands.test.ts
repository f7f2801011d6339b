import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runsByItself } from '../../src/core/tools/self-running-files.ts';
import { cleanEnvironment } from '../../src/infrastructure/system/clean-environment.ts';
import { protectedPlaces } from '../../src/infrastructure/system/protected-places.ts';
import { TerminalText } from '../../src/infrastructure/system/terminal-text.ts';
import { HeadAndTail } from '../../src/infrastructure/tools/head-and-tail.ts';

describe('S7: the environment of commands', () => {
  it('loses what is a secret by its name, its family or its form', () => {
    const secrets = {
      ANTHROPIC_API_KEY: 'x',
      OPENAI_KEY: 'x',
      HF_TOKEN: 'x',
      apiToken: 'x',
      CLIENT_SECRET: 'x',
      PGPASSWORD: 'x',
      DB_PASS: 'x',
      MY_CREDENTIALS: 'x',
      GH_PAT: 'x',
      SESSION_COOKIE: 'x',
      SENTRY_DSN: 'x',
      AWS_PROFILE: 'x',
      GLASSHOUSE_HOME: 'x',
      SSH_AUTH_SOCK: 'x',
      DBUS_SESSION_BUS_ADDRESS: 'x',
      XDG_RUNTIME_DIR: 'x',
      BASH_ENV: 'x',
      LD_PRELOAD: 'x',
      'BASH_FUNC_x%%': 'x',
      MONGO_URL: 'mongodb://me:word@host',
      HTTPS_PROXY: 'http://me:word@proxy:3128',
    };
    expect(Object.keys(cleanEnvironment(secrets, '/home/me')).filter((name) => name in secrets)).toEqual([]);
  });

  it('loses what is a secret by its value, whatever its name', () => {
    const long = 'Ab3dEf6hIj9kLm2nOp5qRs8t';
    const values = [
      `sk-${long}`,
      `sk_live_${long}`,
      `sk_test_${long}`,
      `rk_live_${long}`,
      `ghp_${long}`,
      `gho_${long}`,
      `ghs_${long}`,
      `github_pat_${long}`,
      `glpat-${long}`,
      'xoxb-1234567890-abcdef',
      'xoxa-1234567890-abcdef',
      'xoxp-1234567890-abcdef',
      'AKIAIOSFODNN7EXAMPLE',
      'ASIAIOSFODNN7EXAMPLE',
      `AIza${long}`,
      `ya29.${long}`,
      `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${long}`,
      `npm_${long}`,
      `pypi-${long}`,
      `hf_${long}`,
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${long}`,
      `Authorization: Bearer ${long}`,
      `--header=ghp_${long}`,
      'see postgres://me:wo/rd@host/db',
      `https://${long}@host/project`,
      'Server=db;User=me;Password=word',
      'jdbc:postgresql://host/db?user=me&password=word',
      'https://hooks.slack.com/services/T0/B0/word',
    ];
    for (const value of values) expect(cleanEnvironment({ ORDINARY: value }, '/home/me')['ORDINARY'], value).toBeUndefined();
  });

  it('keeps values that only resemble one', () => {
    const values = [
      'sk-SK',
      'task-runner-with-a-long-name',
      '/opt/sk-learn-with-a-long-name/lib',
      'http://host:3000/@scope/name',
      'me@host',
      'npm_config_something_long_enough',
      'https://pypi-mirror.host/simple',
      'git@host:group/name.git',
      '-----BEGIN CERTIFICATE-----',
    ];
    for (const value of values) expect(cleanEnvironment({ ORDINARY: value }, '/home/me')['ORDINARY'], value).toBe(value);
    expect(cleanEnvironment({ PATH: '/opt/hf_Ab3dEf6hIj9kLm2nOp5qRs8t/bin' }, '/home/me')['PATH']).toBe(
      '/opt/hf_Ab3dEf6hIj9kLm2nOp5qRs8t/bin',
    );
  });

  it('keeps the rest, with a PATH of absolute folders', () => {
    const env = {
      PATH: '.:/usr/bin::bin:/bin',
      NODE_ENV: 'test',
      MONKEY: 'x',
      GIT_AUTHOR_NAME: 'Ada',
      PWD: '/x',
      HTTPS_PROXY: 'http://proxy:3128',
      LANG: 'de_DE.UTF-8',
    };
    expect(cleanEnvironment(env, '/home/me')).toMatchObject({ ...env, PATH: '/usr/bin:/bin', HOME: '/home/me', TERM: 'dumb' });
    expect(cleanEnvironment({}, '/home/me')).toMatchObject({ PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' });
  });
});

describe('S7: protected places', () => {
  it('hold keys, keyrings, browser profiles, moved ones, and the own folder by its name and its real place', () => {
    const home = realpathSync(mkdtempSync(join(tmpdir(), 'glasshouse-places-')));
    try {
      mkdirSync(join(home, 'real'));
      symlinkSync(join(home, 'real'), join(home, 'data'));
      const places = protectedPlaces({ KUBECONFIG: '/k/one:/k/two', GNUPGHOME: '', AWS_CONFIG_FILE: 'relative' }, home, [
        join(home, 'data'),
      ]);
      for (const name of [
        '.ssh',
        '.gnupg',
        '.aws',
        '.config/gcloud',
        '.netrc',
        '.docker',
        '.local/share/keyrings',
        '.mozilla',
        '.config/google-chrome',
        'data',
        'real',
      ]) {
        expect(places, name).toContain(join(home, name));
      }
      expect(places).toEqual(expect.arrayContaining(['/k/one', '/k/two']));
      expect(places.every((place) => place.startsWith('/') && place !== '/' && place !== home)).toBe(true);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});

describe('S7: protected places of every home', () => {
  it('hold password stores, wallets, configurations with passwords, and histories', () => {
    const places = protectedPlaces({}, '/home/me', [], null);
    for (const name of [
      '.opera',
      '.local/share/password-store',
      '.electrum',
      '.bitcoin',
      '.ethereum',
      '.terraform.d',
      '.m2/settings-security.xml',
      '.smbcredentials',
      '.config/github-copilot',
      '.config/Code/User/globalStorage',
      '.curlrc',
      '.wgetrc',
      '.viminfo',
      '.lesshst',
      '.sqlite_history',
      '.config/fish/fish_variables',
      '.env',
    ])
      expect(places, name).toContain(join('/home/me', name));
  });

  it('are those of HOME, of the home of the account, and of moved XDG folders', () => {
    const places = protectedPlaces({ XDG_CONFIG_HOME: '/x/config', XDG_DATA_HOME: '/x/data' }, '/elsewhere', [], '/home/me');
    for (const path of ['/elsewhere/.ssh', '/home/me/.ssh', '/x/config/gh', '/x/data/keyrings', '/home/me/.config/gh'])
      expect(places, path).toContain(path);
    expect(protectedPlaces({}, '/elsewhere', [])).toContain(join(userInfo().homedir, '.ssh'));
  });
});

describe('files that run by themselves', () => {
  it('are known by their names in any folder and any case', () => {
    for (const path of [
      '.envrc',
      'a/b/.envrc',
      '.git/hooks/pre-commit',
      '.Git/Config',
      '.git/commondir',
      'x/.git/config.worktree',
      'x/.vscode/tasks.json',
      '.idea/workspace.xml',
    ])
      expect(runsByItself(path), path).not.toBeNull();
    for (const path of ['notes.txt', '.git/description', 'git/hooks/x', '.gitignore', 'envrc', '.env'])
      expect(runsByItself(path), path).toBeNull();
  });
});

describe('the text of a terminal', () => {
  it('is the same however its bytes are cut', () => {
    const bytes = Buffer.from(
      'a\u001b[1;31mröt\u001b[0m\u001b]8;;http://x\u0007link\u001b]8;;\u001b\\ \u001b(B€\r\n\u0008\u0000end\u001b7 日本\r',
    );
    const whole = new TerminalText();
    expect(whole.add(bytes) + whole.end()).toBe('arötlink €\nend 日本\r');
    for (let cut = 1; cut < bytes.length; cut++) {
      const text = new TerminalText();
      expect(text.add(bytes.subarray(0, cut)) + text.add(bytes.subarray(cut)) + text.end(), `cut at ${cut}`).toBe('arötlink €\nend 日本\r');
    }
  });

  it('does not wait for the end of a sequence that has none', () => {
    const text = new TerminalText();
    expect((text.add(Buffer.from(`\u001b]${'x'.repeat(5000)}`)) + text.end()).length).toBeGreaterThan(0);
  });
});

describe('HeadAndTail', () => {
  it('keeps the whole below its limit, and beginning and end above', () => {
    const small = new HeadAndTail(10);
    for (const text of ['abc', 'def', 'gh']) small.add(text);
    expect(small.text()).toBe('abcdefgh');
    const large = new HeadAndTail(10);
    for (const text of ['abc', 'def', 'ghi', 'jkl', 'mno', 'pqr']) large.add(text);
    expect(large.text()).toBe('abcde\n[… 8 characters left out]\nnopqr');
  });
});
