import { loadavg, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { openBenchSite } from './bench-site.ts';
import { asTable, goalsMet, isMet, type Figure } from './figure.ts';
import { benchHistory } from './history.ts';
import { benchSearch } from './search.ts';
import { benchRequest, benchStart } from './start.ts';
import { benchServer } from './server.ts';
import { benchSteps } from './steps.ts';
import { benchStream } from './stream.ts';

const NAMES = ['start', 'request', 'steps', 'stream', 'search', 'server', 'history'] as const;
/** What takes minutes is measured when it is named. */
const USUAL = NAMES.filter((name) => name !== 'history');

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [...USUAL] },
    messages: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const unknown = values.only.filter((name) => !NAMES.some((known) => known === name));
const messages = values.messages === undefined ? null : Number(values.messages);
if (values.help || unknown.length > 0 || (messages !== null && !(messages >= 1_000))) {
  console.error(`npm run bench -- [--quick] [--json] [--messages N] [--only ${NAMES.join('|')}]…`);
  process.exit(values.help ? 0 : 2);
}

const site = await openBenchSite();
const startedAt = performance.now();
const figures: Figure[] = [];
const run: Record<(typeof NAMES)[number], () => Promise<Figure[]>> = {
  start: () => benchStart(site, values.quick),
  request: () => benchRequest(site),
  steps: () => benchSteps(site, values.quick),
  stream: () => benchStream(site, values.quick),
  server: () => benchServer(site, values.quick),
  search: () => benchSearch(site.folder, messages ?? 100_000, values.quick),
  history: () => benchHistory(site, messages ?? 1_000_000, values.quick),
};
try {
  for (const name of NAMES) {
    if (!values.only.includes(name)) continue;
    console.error(`${name} …`);
    figures.push(...(await run[name]()));
  }
} finally {
  site.close();
}

const [load = 0] = loadavg();
if (values.json)
  console.log(
    JSON.stringify(
      figures.map((figure) => ({ ...figure, met: isMet(figure) })),
      null,
      2,
    ),
  );
else {
  console.log(`\n${asTable(figures)}\n`);
  console.log(
    `bench: ${goalsMet(figures)}, in ${Math.round((performance.now() - startedAt) / 1000)} s (Node ${process.versions.node}, ${cpus().length} cores, load ${load.toFixed(1)})`,
  );
  if (load > cpus().length) console.log('The machine was busy: only the ratios say something, and they scatter.');
}
