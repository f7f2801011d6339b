import { parseArgs } from 'node:util';
import { FailureError } from '../../core/models/failure.ts';

/** The port that is taken when none is chosen; the next free one when another program has it. */
const DEFAULT_PORT = 4527;

export interface ServerOptions {
  readonly port: number;
  /** Open the page in the browser. */
  readonly opens: boolean;
  /** Make a new token: the old one is good no more. */
  readonly rotatesToken: boolean;
  /** Say that it is ready as JSON, for a program that started it. */
  readonly readyJson: boolean;
  /** The token comes as the first line of standard input, and is kept nowhere. */
  readonly tokenFromStdin: boolean;
  /** Keep nothing on the disk, and end with the last window. */
  readonly isIncognito: boolean;
  readonly wantsHelp: boolean;
}

export const SERVER_HELP = `Starts Glasshouse on this machine and opens its page in the browser.

  npm start -- [options]

  --port N          the port (default ${DEFAULT_PORT}; when it is taken, the next free one; 0: any)
  --no-open         do not open the browser
  --rotate-token    make a new token: addresses that were printed before are good no more
  --ready-json      say that it is ready as one line of JSON: {"url", "port", "pid"}
  --token-stdin     take the token from the first line of standard input, and write it nowhere
  --incognito       keep conversations in memory only: nothing of them is written to the disk, and all
                    is gone when its last window is closed. It runs beside the usual server
  --help            this

The data folder is GLASSHOUSE_HOME, or the platform's place. A second start on the same folder opens the one that runs.
`;

/** @throws FailureError `usage` that names the word that was wrong */
export function parseServerOptions(words: readonly string[]): ServerOptions {
  const values = parseWords(words);
  return {
    port: values.port === undefined ? DEFAULT_PORT : parsePort(values.port),
    opens: !values['no-open'],
    rotatesToken: values['rotate-token'],
    readyJson: values['ready-json'],
    tokenFromStdin: values['token-stdin'],
    isIncognito: values.incognito,
    wantsHelp: values.help,
  };
}

function parseWords(words: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...words],
      options: {
        port: { type: 'string' },
        'no-open': flag,
        'rotate-token': flag,
        'ready-json': flag,
        'token-stdin': flag,
        incognito: flag,
        help: { ...flag, short: 'h' },
      },
    }).values;
  } catch (error) {
    const words = error instanceof Error ? error.message.split('. ', 1)[0] : 'An option is wrong';
    throw new FailureError('usage', `${words ?? ''}. See npm start -- --help.`);
  }
}

function parsePort(given: string): number {
  const port = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isNaN(port) || port > 65_535)
    throw new FailureError('usage', `--port wants a number from 0 to 65535, and ${JSON.stringify(given)} is none.`);
  return port;
}
