// Prints the JSON schemas of the default tools' inputs, by the tool's name. The build puts them into the bundle.
import { schemaOf } from '../src/core/tools/tool-registry.ts';
import { createDefaultTools } from '../src/infrastructure/tools/default-tools.ts';

const sandbox = {
  available: () => Promise.resolve({ ok: false as const, reason: 'nothing is run here' }),
  run: () => Promise.reject(new Error('nothing is run here')),
};
const tools = createDefaultTools({ protectedPlaces: [], home: '/', sandbox });
console.log(JSON.stringify(Object.fromEntries(tools.map((tool) => [tool.name, schemaOf(tool)]))));
