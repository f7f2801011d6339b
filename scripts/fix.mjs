// Gathers the page's words, formats, and mends what the linter can mend.
import { node, run } from './toolchain.mjs';

const failed = [run(node, ['scripts/words.mjs']), run('oxlint', ['--fix']), run('oxfmt', [])].some((code) => code !== 0);
process.exit(failed ? 1 : 0);
