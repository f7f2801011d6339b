// The page's words: gathers them out of src/ui into src/ui/words/en.json, by the file they stand in, and holds the other languages against
// them. With --check it writes nothing, and fails where something is missing.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { root } from './toolchain.mjs';

const PAGE = join(root, 'src/ui');
const WORDS = join(PAGE, 'words');
/** What stands in no template: a sign of its own. */
const SIGNS = { 'words/say.ts': ['decimal point'] };
/** The same in every language. */
const NAMES = new Set(['Glasshouse']);
/** Attributes that a person reads or hears. */
const READ_OUT = new Set(['aria-label', 'alt', 'placeholder', 'title']);

/** The key of a template, as `say` makes it; of counted words, `one|many`. Null: the node brings no words. */
function keyOf(node) {
  if (node.type === 'TaggedTemplateExpression' && node.tag.name === 'say')
    return node.quasi.quasis.map(({ value }) => value.cooked).reduce((key, piece, index) => `${key}{${index - 1}}${piece}`);
  if (node.type !== 'CallExpression' || !['counted', 'sayCounted'].includes(node.callee.name)) return null;
  const [, one, many] = node.arguments;
  if (one?.type !== 'Literal' || (many && many.type !== 'Literal')) return null;
  return `${one.value}|${many?.value ?? `${one.value}s`}`;
}

/** What a person would read in English whatever their language: words that stand in the markup as they are. */
function bareWords(node) {
  if (node.type === 'JSXText' && /\p{L}{2,}/u.test(node.value)) return node.value.trim();
  const isReadOut = node.type === 'JSXAttribute' && READ_OUT.has(node.name.name) && node.value?.type === 'Literal';
  return isReadOut && /\p{L}{2,}/u.test(node.value.value) && !NAMES.has(node.value.value) ? node.value.value : null;
}

function visit(node, see) {
  if (Array.isArray(node)) for (const each of node) visit(each, see);
  else if (typeof node === 'object' && node !== null) {
    if (typeof node.type === 'string') see(node);
    for (const value of Object.values(node)) visit(value, see);
  }
}

function gather() {
  const files = {};
  const bare = [];
  const names = readdirSync(PAGE, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  for (const name of names.filter((each) => /\.tsx?$/.test(each) && !each.endsWith('.d.ts')).toSorted()) {
    const found = new Set(SIGNS[name]);
    visit(parseAst(readFileSync(join(PAGE, name), 'utf8'), { lang: name.endsWith('x') ? 'tsx' : 'ts' }).body, (node) => {
      const key = keyOf(node);
      if (key !== null) found.add(key);
      const words = bareWords(node);
      if (words !== null) bare.push(`${name}: ${words}`);
    });
    if (found.size > 0) files[name] = [...found];
  }
  return { files, bare };
}

const places = (text) => (text.match(/\{\d\}/g) ?? []).toSorted().join();

/** What is wrong with a language, in lines. */
function troubles(language, keys) {
  const words = JSON.parse(readFileSync(join(WORDS, language), 'utf8'));
  const lines = [];
  for (const key of keys) {
    if (!Object.hasOwn(words, key)) lines.push(`${language} lacks ${JSON.stringify(key)}`);
    else if (places(words[key]) !== places(key)) lines.push(`${language} has other places for values in ${JSON.stringify(key)}`);
    else if (key.split('|').length === 2 && words[key].split('|').length !== 2)
      lines.push(`${language} wants one|many for ${JSON.stringify(key)}`);
  }
  for (const key of Object.keys(words)) if (!keys.has(key)) lines.push(`${language} has words that nothing says: ${JSON.stringify(key)}`);
  return lines;
}

const { files, bare } = gather();
const english = `${JSON.stringify(files, null, 2)}\n`;
const file = join(WORDS, 'en.json');
const lines = bare.map((words) => `not said in the person's language: ${words}`);
if (!process.argv.includes('--check')) writeFileSync(file, english);
else if (JSON.stringify(JSON.parse(readFileSync(file, 'utf8'))) !== JSON.stringify(files))
  lines.push('en.json is not what the page says: run node scripts/words.mjs');
const keys = new Set(Object.values(files).flat());
const others = readdirSync(WORDS).filter((name) => name.endsWith('.json') && basename(name) !== 'en.json');
for (const language of others) lines.push(...troubles(language, keys));
for (const line of lines.slice(0, 100)) console.error(line);
if (lines.length === 0)
  console.log(`${keys.size} words and sentences, in English and ${others.map((name) => basename(name, '.json')).join(', ')}`);
process.exit(lines.length === 0 ? 0 : 1);
