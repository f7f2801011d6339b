import type { Finding, Glasshouse } from '../contract/glasshouse.ts';
import { Screen, type TerminalStreams } from './screen.ts';

/** `glasshouse doctor`. @returns 0 when nothing is a problem, else 3 */
export async function doctorCommand(
  app: Glasshouse,
  { json, rebuild }: { readonly json: boolean; readonly rebuild: boolean },
  streams: TerminalStreams,
): Promise<number> {
  if (rebuild) {
    const texts = await app.rebuildIndexes();
    streams.stdout.write(
      json ? `${JSON.stringify({ rebuilt: texts })}\n` : `Indexes made anew: ${texts.toLocaleString('en-US')} texts can be searched.\n`,
    );
  }
  const [found, newer] = await Promise.all([app.doctor(), app.newerVersion()]);
  const findings: readonly Finding[] =
    newer === null ? found : [...found, { subject: 'Newer version', state: 'ok', detail: `Glasshouse ${newer} is out` }];
  const screen = new Screen({ ...streams, stderr: streams.stdout });
  for (const finding of findings) {
    if (json) {
      streams.stdout.write(`${JSON.stringify(finding)}\n`);
      continue;
    }
    const sign = { ok: screen.style('green', '✓'), missing: screen.style('dim', '·'), problem: screen.style('red', '×') }[finding.state];
    screen.line(`${sign} ${finding.subject.padEnd(16)} ${finding.detail}`);
    if (finding.advice) screen.line(`  ${' '.repeat(16)} ${screen.style('yellow', `→ ${finding.advice}`)}`);
  }
  return findings.some((finding) => finding.state === 'problem') ? 3 : 0;
}
