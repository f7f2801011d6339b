// All tests: installs the system's tools they need, builds, runs, and ends with `N passed, N failed`.
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureSystemTools } from './system-tools.mjs';
import { node, run } from './toolchain.mjs';

const ready = ensureSystemTools();
const built = run(node, ['scripts/build.mjs', '--if-stale']) === 0;
const report = join(tmpdir(), `glasshouse-tests-${process.pid}.json`);
const code =
  ready && built
    ? run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)])
    : 1;

let passed = 0;
let failed = 0;
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed = result.numPassedTests;
  // A file that did not even load counts too.
  failed =
    result.numFailedTests + result.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  for (const file of result.testResults) {
    const skipped = file.assertionResults.filter(
      (test) => test.status === 'pending' || test.status === 'skipped' || test.status === 'todo',
    ).length;
    if (skipped > 0) console.log(`${skipped} skipped in ${file.name}`);
  }
} catch (error) {
  console.error(`no test report: ${error.message}`);
} finally {
  rmSync(report, { force: true });
}
if (passed === 0 && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(code === 0 && failed === 0 && passed > 0 ? 0 : 1);
