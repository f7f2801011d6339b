// Bundles src/ into dist/. Plain JavaScript: it must run before anything is built.
import { existsSync, readdirSync, rmSync, statSync, writeFileSync, mkdirSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { basename, join } from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'dist/.stamp');

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs);
}

function isFresh() {
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  return ['src', 'package.json', 'scripts/build.mjs'].every((path) => newest(join(root, path)) <= built);
}

/** Programs of their own: the composition roots, and what runs in a process or thread beside them. */
function entries() {
  const programs = { cli: 'src/cli.ts', main: 'src/main.ts' };
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (/-(process|thread)\.ts$/.test(entry.name)) programs[basename(entry.name, '.ts')] = path;
    }
  };
  walk('src');
  return programs;
}

async function build() {
  const { rolldown } = await import('rolldown');
  const startedAt = performance.now();
  const next = join(root, `dist.${process.pid}`);
  const bundle = await rolldown({
    cwd: root,
    input: entries(),
    platform: 'node',
    // Native parts, and what finds its own files beside itself.
    external: [/^node:/, 'node-llama-cpp', '@napi-rs/keyring', /^@vscode\//, 'mathjs'],
    logLevel: 'warn',
  });
  await bundle.write({ dir: next, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } }, sourcemap: false });
  await bundle.close();
  // Whole or not at all: a run that is starting never sees half a build.
  rmSync(join(root, `dist.old.${process.pid}`), { recursive: true, force: true });
  if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), join(root, `dist.old.${process.pid}`));
  mkdirSync(root, { recursive: true });
  renameSync(next, join(root, 'dist'));
  writeFileSync(stamp, '');
  rmSync(join(root, `dist.old.${process.pid}`), { recursive: true, force: true });
  console.error(`built dist/ in ${Math.round(performance.now() - startedAt)} ms`);
}

if (!existsSync(join(root, 'src'))) process.exit(0);
if (process.argv.includes('--if-stale') && isFresh()) process.exit(0);
await build();
