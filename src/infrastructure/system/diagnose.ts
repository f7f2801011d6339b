import { statfsSync } from 'node:fs';
import { execFile } from 'node:child_process';
import type { ListedModel } from '../../application/ports/model-catalog.ts';
import type { Sandbox } from '../../application/ports/sandbox.ts';

interface Finding {
  readonly subject: string;
  readonly state: 'ok' | 'missing' | 'problem';
  readonly detail: string;
  readonly advice?: string;
}

export interface DiagnoseDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly sandbox: Sandbox;
  checkIntegrity(): string;
  models(): Promise<readonly ListedModel[]>;
  modelFile(): Promise<{ readonly state: 'ready' | 'unverified' | 'partial' | 'absent'; readonly path: string } | null>;
}

/** Looks at everything that Glasshouse stands on; changes nothing. */
export async function diagnose(deps: DiagnoseDeps): Promise<readonly Finding[]> {
  return [
    { subject: 'Node', state: 'ok', detail: process.version },
    dataFolder(deps),
    disk(deps.folder),
    await sandbox(deps.sandbox),
    await modelFile(deps),
    ...(await models(deps)),
  ];
}

function dataFolder({ folder, checkIntegrity }: DiagnoseDeps): Finding {
  const subject = 'Data folder';
  const verdict = checkIntegrity();
  if (verdict === 'ok') return { subject, state: 'ok', detail: `${folder}, database sound` };
  return { subject, state: 'problem', detail: `${folder}: ${verdict}`, advice: 'Restore the database from a backup.' };
}

function disk(folder: string): Finding {
  const { bavail, bsize } = statfsSync(folder);
  const megabytes = Math.floor((bavail * bsize) / 1_000_000);
  const detail = `${megabytes.toLocaleString('en-US')} MB free`;
  if (megabytes > 1_000) return { subject: 'Disk', state: 'ok', detail };
  return { subject: 'Disk', state: 'problem', detail, advice: 'The embedded model alone needs about 1 GB while it is fetched.' };
}

async function sandbox(wall: Sandbox): Promise<Finding> {
  const available = await wall.available();
  if (available.ok) return { subject: 'Sandbox', state: 'ok', detail: 'commands run walled in, without network' };
  return { subject: 'Sandbox', state: 'problem', detail: `${available.reason} Commands are off.`, advice: 'apt-get install bubblewrap' };
}

async function modelFile({ modelFile: status }: DiagnoseDeps): Promise<Finding> {
  const file = await status();
  const subject = 'Embedded model';
  if (file?.state === 'ready' || file?.state === 'unverified') return { subject, state: 'ok', detail: file.path };
  const python = await hasPython();
  return {
    subject,
    state: 'missing',
    detail: file?.state === 'partial' ? 'fetched in part' : 'not fetched yet (491 MB, fetched by the first run)',
    advice: `glasshouse models pull${python ? '' : '   (no python3 here: only the model hub or --file PATH can bring it)'}`,
  };
}

async function models(deps: DiagnoseDeps): Promise<readonly Finding[]> {
  return (await deps.models())
    .filter((model) => !model.id.startsWith('embedded/'))
    .map((model) => ({
      subject: model.id,
      state: model.ready ? 'ok' : 'missing',
      detail: model.ready ? (model.note ?? 'ready') : (model.missing ?? 'not ready'),
    }));
}

function hasPython(): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('python3', ['-m', 'pip', '--version'], { timeout: 5_000 }, (error) => resolve(error === null));
  });
}
