import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecrets } from '../../src/infrastructure/system/secrets.ts';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'glasshouse-secrets-'));
  folder = join(root, 'data');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const OFF = { GLASSHOUSE_KEYCHAIN: 'off' };
const VALUE = 'sk-marker-1234567890';

describe('saved keys', () => {
  it('the environment comes first, blank values do not count', async () => {
    const saved = createSecrets({ env: OFF, folder });
    await saved.set('OPENAI_API_KEY', VALUE);
    const secrets = createSecrets({
      env: { ...OFF, OPENAI_API_KEY: 'from-env', ANTHROPIC_API_KEY: '  ' },
      folder,
      names: ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY'],
    });
    expect(await secrets.get('OPENAI_API_KEY')).toBe('from-env');
    expect(await secrets.get('ANTHROPIC_API_KEY')).toBeNull();
    expect(await secrets.list()).toEqual([{ name: 'OPENAI_API_KEY', from: 'environment' }]);
    expect(await saved.get('OPENAI_API_KEY')).toBe(VALUE);
  });

  it('nothing stored means null, without making a folder or loading a keychain', async () => {
    expect(await createSecrets({ env: {}, folder }).get('OPENAI_API_KEY')).toBeNull();
    expect(existsSync(folder)).toBe(false);
  });

  it('a key survives, is sealed, and its files are the owner’s alone', async () => {
    expect(await createSecrets({ env: OFF, folder }).set('DEEPSEEK_API_KEY', VALUE)).toEqual({ storedIn: 'file' });
    const again = createSecrets({ env: OFF, folder });
    expect(await again.get('DEEPSEEK_API_KEY')).toBe(VALUE);
    expect(await again.list()).toEqual([{ name: 'DEEPSEEK_API_KEY', from: 'file' }]);
    const files = readdirSync(folder);
    expect(files.toSorted()).toEqual(['secrets.json', 'secrets.key']);
    for (const name of files) {
      const bytes = readFileSync(join(folder, name));
      expect(bytes.includes(VALUE)).toBe(false);
      expect(bytes.includes(Buffer.from(VALUE).toString('base64').slice(0, 12))).toBe(false);
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('removing takes it out for good', async () => {
    const secrets = createSecrets({ env: OFF, folder });
    await secrets.set('A', VALUE);
    await secrets.set('B', 'other');
    expect(await secrets.remove('A')).toBe(true);
    expect(await secrets.remove('A')).toBe(false);
    expect(await secrets.get('A')).toBeNull();
    expect(await secrets.get('B')).toBe('other');
    expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).not.toContain('"A"');
  });

  it('without a keychain in reach the file is used', async () => {
    const secrets = createSecrets({ env: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }, folder });
    const { storedIn } = await secrets.set('GLASSHOUSE_TEST_KEY', VALUE);
    expect(await secrets.get('GLASSHOUSE_TEST_KEY')).toBe(VALUE);
    expect(await secrets.list()).toEqual([{ name: 'GLASSHOUSE_TEST_KEY', from: storedIn }]);
    expect(await secrets.remove('GLASSHOUSE_TEST_KEY')).toBe(true);
  });

  it('a damaged file is said so, and left as it is', async () => {
    const secrets = createSecrets({ env: OFF, folder });
    await secrets.set('A', VALUE);
    writeFileSync(join(folder, 'secrets.json'), '{"version":1,');
    for (const attempt of [() => secrets.get('A'), () => secrets.set('B', 'x'), () => secrets.list()]) {
      await expect(attempt()).rejects.toMatchObject({ failure: { code: 'database_damaged' } });
    }
    expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).toBe('{"version":1,');
  });

  it('an entry moved under another name, or sealed with another key, does not open', async () => {
    const secrets = createSecrets({ env: OFF, folder });
    await secrets.set('A', VALUE);
    const file = join(folder, 'secrets.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"A"', '"B"'));
    await expect(secrets.get('B')).rejects.toMatchObject({ failure: { code: 'database_damaged' } });
    writeFileSync(join(folder, 'secrets.key'), Buffer.alloc(32, 1));
    const reason: unknown = await secrets.get('B').catch((error: unknown) => error);
    expect(reason).toMatchObject({ failure: { code: 'database_damaged' } });
    expect(String(reason)).not.toContain(VALUE);
  });
});
