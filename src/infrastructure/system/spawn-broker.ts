import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { send } from './process-tree.ts';

/** How long a broker may take to answer before it counts as broken; on a stop, the shorter one (with what follows it within two seconds, R7). */
const ANSWER_MS = 5000;
const ANSWER_TO_STOP_MS = 800;

/**
 * The broker. Its arguments: the process whose pipes it opens, and the program that it starts.
 * One line per start: number of the job, the owner's descriptors for output and status, and how many arguments follow that are new;
 * those, and then the last argument, end in a zero byte each. They become words of the program as they are: no shell reads them. A last line
 * says that all has come: its owner may have died while writing.
 * What else was open to its owner is closed. The status is open for reading too: else a program that tells its status to an owner that has
 * died would die of it, in the midst of its work.
 * When its input ends, its owner is gone, and it takes along everything that it started. A program that is only being set up is held still
 * first, so that it cannot get a child that nobody knows. Its names begin with `gh_`: what the person has under other names reaches the
 * commands as it is.
 */
const SCRIPT = String.raw`
gh_owner=$1 gh_program=$2 gh_files=$3
((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)) && [[ -x /proc/$gh_owner/fd && $gh_program = /* ]] || exit 1
((SHLVL--))
for gh_fd in /proc/$$/fd/*; do
  gh_fd=${'$'}{gh_fd##*/}
  ((gh_fd < 4 + gh_files)) || eval "exec $gh_fd>&-"
done
trap : PIPE
exec {gh_report}>&1 >/dev/null
echo ready >&$gh_report
while read -r gh_job gh_output gh_status gh_count; do
  ((gh_count == 0)) || mapfile -d '' -t -n "$gh_count" gh_first
  mapfile -d '' -t -n 1 gh_last
  read -r gh_end && [[ $gh_end = end ]] || break
  {
    "$gh_program" "${'$'}{gh_first[@]}" "${'$'}{gh_last[@]}" </dev/null {gh_report}>&- &
    echo "$gh_job $!" >&$gh_report
  } >"/proc/$gh_owner/fd/$gh_output" 2>&1 3<>"/proc/$gh_owner/fd/$gh_status" || echo "$gh_job 0" >&$gh_report
done
for gh_pid in $(jobs -pr); do
  kill -STOP "$gh_pid"
  for ((gh_tries = 0; gh_tries < 2000; gh_tries++)); do
    read -r gh_state <"/proc/$gh_pid/stat" && [[ ${'$'}{gh_state##*) } == [RSD]* ]] || break
  done
  read -r -a gh_below <"/proc/$gh_pid/task/$gh_pid/children"
  kill -KILL "${'$'}{gh_below[@]}" "$gh_pid"
done
`;

export interface BrokeredStart {
  /** All arguments but the last; they are sent again only where they differ from those of the start before. */
  readonly first: readonly string[];
  readonly last: string;
  /** Descriptors of named pipes of this process. The program gets them as its output and errors, and as number 3. */
  readonly output: number;
  readonly status: number;
  /** How many open, empty files the program expects, from number 4 on. */
  readonly emptyFiles: number;
  readonly signal: AbortSignal;
}

/** `isStarted` false: nothing was started, nor will be. `pid` null: the broker died before it told, and what it started dies with it. */
export type BrokerAnswer = { readonly isStarted: false } | { readonly isStarted: true; readonly pid: number | null };

export interface SpawnBroker {
  start(job: BrokeredStart): Promise<BrokerAnswer>;
  /** Resolves when the broker has ended, with everything it started. Another start begins anew. */
  close(): Promise<void>;
}

export interface BrokerOptions {
  /** The absolute path of bash. */
  readonly shell: string;
  /** The absolute path of what is started. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  /** An open, empty file. */
  emptyFile(): number;
}

/**
 * Starts one program, again and again, from a small shell: Node copies its whole process for every start, which takes some 15 ms of its
 * main thread once a few hundred megabytes are mapped. The shell is started with the first job and lives as long as this process.
 */
export function createSpawnBroker(options: BrokerOptions): SpawnBroker {
  let living: Promise<Broker | null> | null = null;
  const start = async (job: BrokeredStart): Promise<BrokerAnswer> => {
    const opened = (living ??= openBroker(options, job.emptyFiles));
    const broker = await opened;
    // None can be had here, now or later.
    if (broker === null) return { isStarted: false };
    if (broker.isGone()) {
      if (living === opened) living = null;
      return start(job);
    }
    return broker.start(job);
  };
  return {
    start,
    async close() {
      const last = living;
      living = null;
      await (await last)?.close();
    },
  };
}

interface Broker {
  start(job: BrokeredStart): Promise<BrokerAnswer>;
  isGone(): boolean;
  close(): Promise<void>;
}

/** Null when it does not come up. */
async function openBroker({ shell, program, environment, emptyFile }: BrokerOptions, emptyFiles: number): Promise<Broker | null> {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const files = Array.from({ length: emptyFiles }, emptyFile);
  const child = spawn(
    shell,
    ['--noprofile', '--norc', '-p', '-c', SCRIPT, 'glasshouse-broker', String(process.pid), program, String(emptyFiles)],
    {
      cwd: '/',
      env: environment,
      // A session of its own: what a terminal sends to its programs is for this process to act on.
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore', 'ignore', ...files],
    },
  );
  const answers = new Answers(child);
  if (!(await answers.ready)) return null;
  let sent = '';
  let number = 0;
  return {
    isGone: () => answers.isGone,
    async close() {
      child.ref();
      child.stdin?.end();
      const late = setTimeout(() => child.kill('SIGKILL'), ANSWER_TO_STOP_MS);
      await answers.ended;
      clearTimeout(late);
    },
    start(job) {
      if (job.emptyFiles > emptyFiles || [...job.first, job.last].some((word) => word.includes('\0')))
        return Promise.resolve({ isStarted: false });
      number += 1;
      const first = job.first.map((word) => `${word}\0`).join('');
      const isNew = first !== sent;
      sent = first;
      const answer = answers.to(String(number), job.signal);
      child.stdin?.write(`${number} ${job.output} ${job.status} ${isNew ? job.first.length : 0}\n${isNew ? first : ''}${job.last}\0end\n`);
      return answer;
    },
  };
}

/** What the broker tells, and that it is gone. It keeps this process from ending only while an answer is awaited. */
class Answers {
  readonly ready: Promise<boolean>;
  readonly ended: Promise<void>;
  isGone = false;
  readonly #child: ChildProcess;
  readonly #output: Readable & { ref?(): void; unref?(): void };
  readonly #waiting = new Map<string, (pid: number | null) => void>();
  #rest = '';

  constructor(child: ChildProcess) {
    const { stdin, stdout } = child;
    if (!stdin || !stdout) throw new Error('the broker was started without its pipes');
    this.#child = child;
    this.#output = stdout;
    child.unref();
    if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
    this.ended = new Promise((resolve) => {
      child.once('exit', resolve);
      child.once('error', () => resolve());
    });
    void this.ended.then(() => this.#end());
    stdin.on('error', () => undefined);
    stdout.on('error', () => undefined);
    stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    this.ready = this.#told('ready', new AbortController().signal).then((pid) => pid !== null);
  }

  async to(job: string, signal: AbortSignal): Promise<BrokerAnswer> {
    const pid = await this.#told(job, signal);
    return pid === 0 ? { isStarted: false } : { isStarted: true, pid };
  }

  async #told(name: string, signal: AbortSignal): Promise<number | null> {
    if (this.isGone) return null;
    this.#output.ref?.();
    const giveUp = () => void (this.#child.pid !== undefined && send('SIGKILL', this.#child.pid));
    let timer = setTimeout(giveUp, ANSWER_MS);
    const onAbort = () => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, ANSWER_TO_STOP_MS);
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const pid = await new Promise<number | null>((resolve) => this.#waiting.set(name, resolve));
    this.#waiting.delete(name);
    if (this.#waiting.size === 0) this.#output.unref?.();
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    return pid;
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const [name = '', pid = '0'] = line.split(' ');
      this.#waiting.get(name)?.(Number(pid));
    }
  }

  #end(): void {
    this.isGone = true;
    for (const resolve of this.#waiting.values()) resolve(null);
  }
}
