import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ScriptedReply } from '../tests/support/scripted-model-server.ts';

export interface Asked {
  readonly body: string;
  /** Milliseconds of the machine's monotonic clock. */
  readonly arrivedAt: number;
  readonly lastPieceAt: number | null;
}

export interface ModelServer {
  /** The base of the chat wire. */
  readonly url: string;
  script(replies: readonly ScriptedReply[]): Promise<void>;
  /** The requests since the last time. */
  take(): Promise<readonly Asked[]>;
  close(): void;
}

/** The scripted model server of the tests, in a process of its own. */
export async function startModelServer(): Promise<ModelServer> {
  const file = fileURLToPath(new URL('../tests/support/scripted-model-server.ts', import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  return {
    url: `${url}/v1`,
    async script(replies) {
      await (await fetch(`${url}/scripted/script`, { method: 'PUT', body: JSON.stringify(replies) })).text();
    },
    async take() {
      return (await (await fetch(`${url}/scripted/requests`, { method: 'DELETE' })).json()) as readonly Asked[];
    },
    close: () => void child.kill(),
  };
}

/** Milliseconds between the last byte of each answer and the request that came after it. */
export function gapsBetween(requests: readonly Asked[]): number[] {
  return requests.slice(1).map((request, at) => request.arrivedAt - (requests[at]?.lastPieceAt ?? Number.NaN));
}
