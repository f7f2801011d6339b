import { EngineClient } from '../../src/infrastructure/llm/embedded/engine-client.ts';

// A process that owns an engine, for tests of what becomes of the engine when its owner ends.
// Arguments: the model's file, and `stay` or `leave`. Prints the engine's pid once it has answered.

const [modelPath = '', mode] = process.argv.slice(2);
const client = new EngineClient({ load: { modelPath, modelDigest: 'owner', window: 2048, threads: 2, stateFolder: null } });
const request = {
  segments: [{ text: 'One, two,', special: false }],
  stableSegments: 0,
  saveStable: false,
  grammar: null,
  maxTokens: 3,
  temperature: 0,
};
for await (const event of client.complete(request, new AbortController().signal)) {
  if (event.type === 'failed') throw new Error(event.failure.message);
}
console.log(client.facts.pid);
if (mode === 'stay') setInterval(() => undefined, 1000);
