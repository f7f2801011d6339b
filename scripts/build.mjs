// Bundles src/ into dist/. Plain JavaScript: it must run before anything is built.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync, mkdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { node, root } from './toolchain.mjs';

const stamp = join(root, 'dist/.stamp');

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs);
}

function isFresh() {
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  return ['src', 'package.json', 'vite.config.ts', 'scripts/build.mjs', 'scripts/input-schemas.ts'].every(
    (path) => newest(join(root, path)) <= built,
  );
}

/** The composition roots. */
const ROOTS = { cli: 'src/cli.ts', main: 'src/main.ts' };

/** What runs in a process beside them. */
function companions() {
  const programs = {};
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (entry.name.endsWith('-process.ts')) programs[basename(entry.name, '.ts')] = path;
    }
  };
  walk('src');
  return programs;
}

const SHARED = {
  cwd: root,
  platform: 'node',
  // Native parts, and what finds its own files beside itself.
  external: [/^node:/, 'node-llama-cpp', '@napi-rs/keyring', /^@vscode\//, 'mathjs'],
  logLevel: 'warn',
};

const OUTPUT = {
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  minify: { compress: true, mangle: { keepNames: true }, codegen: { removeWhitespace: true } },
  sourcemap: false,
};

/** Before a root's first module is compiled, Node is told to keep what it compiles: only what is imported after that is kept. */
const cachedRoots = {
  name: 'cached-roots',
  resolveId: (id) => (id.startsWith('root:') ? `\0${id}` : null),
  load(id) {
    if (!id.startsWith('\0root:')) return null;
    const path = JSON.stringify(join(root, ROOTS[id.slice('\0root:'.length)]));
    return `process.getBuiltinModule('node:module').enableCompileCache?.();\nawait import(${path});`;
  },
};

/** Puts the JSON schemas of the tools' inputs where the source has none. */
const readyMadeSchemas = {
  name: 'ready-made-schemas',
  load(id) {
    if (!id.replaceAll('\\', '/').endsWith('src/infrastructure/tools/input-schemas.ts')) return null;
    const schemas = execFileSync(node, [join(root, 'scripts/input-schemas.ts')], { encoding: 'utf8' });
    return { code: `export const INPUT_SCHEMAS = ${schemas};`, moduleType: 'js' };
  },
};

/** ASCII only: V8 keeps such a source in half the memory, and reads it sooner. Comments are gone by then; in strings, templates and patterns it is the same. */
const asciiOnly = {
  name: 'ascii-only',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      chunk.code = chunk.code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    }
  },
};

/**
 * Node's own modules without their ESM face: to make it, Node reads every export once, and so loads what stands behind the lazy ones
 * (streams, diffs, workers), which costs a start several milliseconds.
 */
const plainBuiltins = {
  name: 'plain-builtins',
  renderChunk(code) {
    return code.replace(/(^|[;\n])import\s*\{([^}]*)\}\s*from\s*["'](node:[^"']+)["'];?/g, (_, before, names, module) => {
      const picked = names.split(',').map((name) => name.trim().split(/\s+as\s+/));
      return before + (LATE.has(module) ? late(module, picked) : atOnce(module, picked));
    });
  },
};

/** Modules of Node that are loaded when one of their functions is first called: a start needs none of them. */
const LATE = new Set(['node:fs/promises']);

function atOnce(module, picked) {
  return `const{${picked.map((pair) => pair.join(':')).join()}}=process.getBuiltinModule("${module}");`;
}

function late(module, picked) {
  const isConstant = ([name]) => name === 'constants';
  const constants = picked.filter(isConstant);
  const calls = picked.filter((pair) => !isConstant(pair));
  const functions = calls.map(([name, as = name]) => `const ${as}=(...given)=>process.getBuiltinModule("${module}").${name}(...given);`);
  return (constants.length > 0 ? atOnce('node:fs', constants) : '') + functions.join('');
}

/**
 * zod waits until a schema is first made, which most runs in a terminal never want: a tenth of their start. It lies in a file of its own
 * with what the source uses of it, and what looks like its namespace fetches it.
 */
const lateZod = {
  name: 'late-zod',
  resolveId: (id) => (id === 'late-zod' || id === 'zod-used' ? `\0${id}` : null),
  load(id) {
    if (id === '\0late-zod')
      return `const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);
let zod;
export const z = new Proxy({}, { get: (_, name) => (zod ??= require('./zod-used.js'))[name] });`;
    if (id === '\0zod-used') return `export { ${[...zodNames()].join(', ')} } from 'zod';`;
    return null;
  },
  transform(code, id) {
    if (!id.replaceAll('\\', '/').includes('/src/') || !ZOD_IMPORT.test(code)) return null;
    return code.replace(ZOD_IMPORT, "import { z } from 'late-zod';");
  },
};

const ZOD_IMPORT = /^import \* as z from ['"]zod['"];$/m;

/** What the source takes out of zod's namespace as a value. */
function zodNames() {
  const names = new Set();
  for (const file of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const source = readFileSync(join(root, 'src', file), 'utf8');
    if (ZOD_IMPORT.test(source)) for (const [, name] of source.matchAll(/\bz\.([a-zA-Z]+)/g)) names.add(name);
  }
  for (const type of ['ZodType', 'ZodRawShape', 'output', 'input', 'infer']) names.delete(type);
  return names;
}

/**
 * What every run in a terminal loads, in one file: each further one costs the start the better part of a millisecond. The root itself
 * waits at its top level, so nothing that is loaded later may lie in one file with it.
 */
const HOT = /[\\/]src[\\/](?:compose|terminal[\\/](?:run|arguments|words)|infrastructure[\\/]llm[\\/]openai-chat)\.ts$/;

async function bundleInto(dir, options, output) {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({ ...SHARED, ...options });
  await bundle.write({ ...OUTPUT, ...output, dir });
  await bundle.close();
}

/** Smaller than this, compressing costs more than it saves. */
const COMPRESS_FROM = 1_024;

/** The page, and beside each of its files what goes over the wire: compressed once here instead of at each request. */
async function bundlePageInto(dir) {
  const vite = await import('vite');
  const config = { configFile: join(root, 'vite.config.ts'), logLevel: 'warn' };
  await vite.build({ ...config, build: { outDir: dir, emptyOutDir: true } });
  await writeShellsInto(dir, vite, config);
  const assets = readdirSync(join(dir, 'assets')).filter((name) => /\.(?:js|css|svg)$/.test(name));
  await Promise.all(
    assets.map(async (name) => {
      const path = join(dir, 'assets', name);
      const body = readFileSync(path);
      if (body.length < COMPRESS_FROM) return;
      // The last levels of brotli take ten times as long for a few per cent; large files are the highlighter's, which are rarely wanted.
      const quality = body.length > 300_000 ? 6 : 10;
      const [br, gz] = await Promise.all([
        promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }),
        promisify(gzip)(body, { level: 9 }),
      ]);
      writeFileSync(`${path}.br`, br);
      writeFileSync(`${path}.gz`, gz);
    }),
  );
}

/** Draws the empty window once, here, and writes it into the page: one for each language, with its words before all scripts. */
async function writeShellsInto(dir, vite, config) {
  const outDir = join(root, `dist.shell.${process.pid}`);
  try {
    await vite.build({ ...config, build: { ssr: join(root, 'src/ui/shell.tsx'), outDir, emptyOutDir: true }, ssr: { noExternal: true } });
    const page = readFileSync(join(dir, 'index.html'), 'utf8');
    const drawn = (words) => page.replace('<!--shell-->', () => drawShell(join(outDir, 'shell.js'), words));
    writeFileSync(join(dir, 'index.html'), drawn(''));
    for (const file of readdirSync(join(root, 'src/ui/words'))) {
      const language = basename(file, '.json');
      if (file === language || language === 'en') continue;
      const words = `globalThis.glasshouseWords=${JSON.stringify(JSON.parse(readFileSync(join(root, 'src/ui/words', file), 'utf8')))};\n`;
      const name = `assets/words.${language}-${createHash('sha256').update(words).digest('hex').slice(0, 10)}.js`;
      writeFileSync(join(dir, name), words);
      const inLanguage = drawn(words)
        .replace('<html lang="en">', `<html lang="${language}">`)
        .replace('<head>', `<head>\n    <script nonce="__NONCE__" src="/${name}"></script>`);
      writeFileSync(join(dir, `index.${language}.html`), inLanguage);
    }
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

/** The markup of the empty window. In a process of its own: what it looks for in a browser is put in place, and each language begins anew. */
function drawShell(module, words) {
  const program = `${words}
    Object.defineProperty(globalThis, 'localStorage', { value: {} });
    Object.assign(globalThis, { location: new URL('http://localhost/') });
    const { shell } = await import(${JSON.stringify(pathToFileURL(module).href)});
    process.stdout.write(shell());`;
  return execFileSync(node, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
}

async function build() {
  const startedAt = performance.now();
  const next = join(root, `dist.${process.pid}`);
  const roots = { 'zod-used': 'zod-used', ...Object.fromEntries(Object.keys(ROOTS).map((name) => [name, `root:${name}`])) };
  const codeSplitting = { groups: [{ name: 'run', test: HOT }] };
  await bundleInto(next, { input: roots, plugins: [cachedRoots, lateZod, readyMadeSchemas, plainBuiltins, asciiOnly] }, { codeSplitting });
  // On their own, so that they load nothing that they do not need.
  await bundleInto(next, { input: companions() }, {});
  await bundlePageInto(join(next, 'page'));
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
