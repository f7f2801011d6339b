import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { violations } from '../support/architecture.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

function sources(): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts')) {
      files.set(path.slice(root.length).replaceAll('\\', '/'), readFileSync(path, 'utf8'));
    }
  }
  return files;
}

/** The real tree with files added. */
function planted(added: Record<string, string>): string[] {
  return violations(new Map([...sources(), ...Object.entries(added)]));
}

describe('the architecture', () => {
  it('holds in the whole tree', () => {
    const files = sources();
    expect(files.size).toBeGreaterThan(60);
    expect(violations(files)).toEqual([]);
  });

  it.each([
    ['core importing Node', 'src/core/tools/planted.ts', `import { readFileSync } from 'node:fs';`, 'core may not import node:fs'],
    [
      'core importing a package that is not zod',
      'src/core/tools/planted.ts',
      `import { evaluate } from 'mathjs';`,
      'core may not import mathjs',
    ],
    [
      'core importing infrastructure',
      'src/core/agent/planted.ts',
      `import { x } from '../../infrastructure/llm/catalog.ts';`,
      'core may not import infrastructure',
    ],
    [
      'core importing it only lazily',
      'src/core/agent/planted.ts',
      `const x = await import('../../infrastructure/llm/catalog.ts');`,
      'core may not import infrastructure',
    ],
    [
      'application importing infrastructure',
      'src/application/use-cases/planted.ts',
      `import type { Database } from '../../infrastructure/persistence/database.ts';`,
      'application may not import infrastructure',
    ],
    [
      'contract importing application',
      'src/contract/planted.ts',
      `import type { Journal } from '../application/ports/journal.ts';`,
      'contract may not import application',
    ],
    [
      'contract importing the server’s half of the wire',
      'src/contract/planted.ts',
      `import { os } from '@orpc/server';`,
      'contract may not import @orpc/server',
    ],
    [
      'the server’s room importing its sibling',
      'src/infrastructure/rpc/planted.ts',
      `import { Database } from '../persistence/database.ts';`,
      'infrastructure/rpc may not import infrastructure/persistence',
    ],
    [
      'terminal importing application',
      'src/terminal/planted.ts',
      `import type { Journal } from '../application/ports/journal.ts';`,
      'terminal may not import application',
    ],
    [
      'ui importing infrastructure',
      'src/ui/planted.tsx',
      `import { x } from '../infrastructure/rpc/router.ts';`,
      'ui may not import infrastructure',
    ],
    [
      'ui importing a package that is not on its list',
      'src/ui/planted.tsx',
      `import { evaluate } from 'mathjs';`,
      'ui may not import mathjs',
    ],
    [
      'one folder of infrastructure importing its sibling',
      'src/infrastructure/tools/planted.ts',
      `import { createSecrets } from '../system/secrets.ts';`,
      'infrastructure/tools may not import infrastructure/system',
    ],
    [
      'infrastructure importing the contract outside of rpc',
      'src/infrastructure/tools/planted.ts',
      `import type { Glasshouse } from '../../contract/glasshouse.ts';`,
      'infrastructure/tools may not import contract',
    ],
    [
      'anything importing a composition root',
      'src/terminal/planted.ts',
      `import { compose } from '../compose.ts';`,
      'terminal may not import compose.ts',
    ],
    [
      'a provider named outside of its room',
      'src/core/reasoning/planted.ts',
      `export const isIt = (id: string) => id.startsWith('anthropic/');`,
      'names the provider anthropic',
    ],
    ['zod imported by name', 'src/core/tools/planted.ts', `import { z } from 'zod';`, `zod is imported as a namespace`],
  ])('catches %s', (_what, path, source, message) => {
    const found = planted({ [path]: source });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(path);
    expect(found[0]).toContain(message);
  });

  it('catches a runtime cycle', () => {
    const found = planted({
      'src/core/tools/planted-a.ts': `import { b } from './planted-b.ts';\nexport const a = b;`,
      'src/core/tools/planted-b.ts': `import { a } from './planted-a.ts';\nexport const b = a;`,
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('cycle');
  });

  it('lets types go round', () => {
    const found = planted({
      'src/core/tools/planted-a.ts': `import type { B } from './planted-b.ts';\nexport type A = B;`,
      'src/core/tools/planted-b.ts': `import type { A } from './planted-a.ts';\nexport type B = A;`,
    });
    expect(found).toEqual([]);
  });
});
