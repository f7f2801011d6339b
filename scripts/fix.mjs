// Formats, and mends what the linter can mend.
import { run } from './toolchain.mjs';

const failed = [run('oxlint', ['--fix']), run('oxfmt', [])].some((code) => code !== 0);
process.exit(failed ? 1 : 0);
