// Run as a program of its own, inside of a mount with a disk of 64 KB at argv[2]; prints what the two writing tools did, as JSON.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolContext } from '../../src/core/tools/tool.ts';
import { createDefaultTools } from '../../src/infrastructure/tools/default-tools.ts';

const workspace = process.argv[2] ?? '';
const unused = () => Promise.reject(new Error('not used here'));
const tools = createDefaultTools({ protectedPlaces: [], home: '/nowhere', sandbox: { available: unused, run: unused } });
const context: ToolContext = {
  workspace,
  conversationId: 'conversation',
  callId: 'call',
  signal: new AbortController().signal,
  progress: async () => undefined,
  recordFile: async () => undefined,
  ask: async () => null,
  updatePlan: async () => undefined,
  readOutput: async () => null,
  readAttached: async () => null,
};

const path = 'a.txt';
writeFileSync(join(workspace, path), 'before');
const large = 'x'.repeat(200_000);
const codes: string[] = [];
for (const [name, input] of [
  ['write_file', { path, content: large }],
  ['edit_file', { path, edits: [{ old_text: 'before', new_text: large }] }],
] as const) {
  const outcome = await tools.find((tool) => tool.name === name)?.execute(input, context);
  codes.push(outcome === undefined || outcome.ok ? 'ok' : outcome.failure.code);
}
process.stdout.write(JSON.stringify({ codes, content: readFileSync(join(workspace, path), 'utf8'), names: readdirSync(workspace) }));
