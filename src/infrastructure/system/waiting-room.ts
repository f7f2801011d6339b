import { lstatSync, writeSync } from 'node:fs';
import { openOrderPipe, type OrderPipe } from './output-pipe.ts';
import { openRoom, type Room, type RoomPlan, type Starter } from './sandbox-room.ts';

/** How long a room waits; milliseconds. A model that thinks for longer does not notice the few milliseconds of a new one. */
const WAITS_FOR = 30_000;
/** Characters of a command that surely fit into the pipe, whatever they are. */
const LONGEST_ORDER = 16_000;

/** Takes a command from its input, and becomes a shell that runs it as any other would: without an input, and with nothing of this one. */
const WAIT = `IFS= read -r -d '' order || exit 0; exec bash --noprofile --norc -c "$order" </dev/null`;

/** Rooms that wait at most: while one is taken and the next is ready, a third may be on its way. */
const ROOMS = 2;

interface Waiting {
  readonly key: string;
  readonly room: Room;
  readonly order: OrderPipe;
}

/**
 * Sets up the rooms of the next commands while this one runs and the model thinks: laying the walls takes longer than most commands do.
 * A room is used only if it is, at that moment, the same as a new one would be: the same places shown and hidden, and the same files in them.
 */
export class WaitingRoom {
  readonly #start: Starter;
  /** The oldest first. Null: it could not be set up. */
  readonly #waiting: Promise<Waiting | null>[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(start: Starter) {
    this.#start = start;
  }

  /** Gives the command to the room that waits. Null: there is none, or another one is needed, or there is no time to wait for it. */
  async take(plan: RoomPlan, command: string, signal: AbortSignal): Promise<Room | null> {
    // Who comes first gets it; who comes while it is being set up waits for it alone.
    const coming = this.#waiting.shift();
    if (!coming) return null;
    const waiting = await beforeAbort(coming, signal);
    if (waiting === 'aborted') {
      void coming.then(leave);
      return null;
    }
    if (waiting === null) return null;
    if (waiting.key !== keyOf(plan)) {
      leave(waiting);
      // What is not the same now will not be for the next one either.
      void this.close();
      return null;
    }
    if (waiting.room.isOver() || command.length > LONGEST_ORDER || command.includes('\0')) {
      leave(waiting);
      return null;
    }
    writeSync(waiting.order.descriptor, `${command}\0`);
    void waiting.room.ended.then(waiting.order.close);
    return waiting.room;
  }

  /** Sets up what is missing, one room after the other. */
  prepare(plan: RoomPlan): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.close(), WAITS_FOR);
    this.#timer.unref();
    if (this.#waiting.length >= ROOMS) return;
    const coming = this.#open(plan).catch(() => null);
    this.#waiting.push(coming);
    if (this.#waiting.length >= ROOMS) return;
    void coming.then((waiting) => {
      // Not where it was given up in the meantime.
      if (waiting && this.#waiting.at(-1) === coming && this.#waiting.length < ROOMS)
        this.#waiting.push(this.#open(plan).catch(() => null));
    });
  }

  /** Resolves when nobody waits any more. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    for (const waiting of await Promise.all(this.#waiting.splice(0))) leave(waiting);
  }

  async #open(plan: RoomPlan): Promise<Waiting> {
    const key = keyOf(plan);
    const order = await openOrderPipe();
    try {
      const room = await openRoom(this.#start, plan, WAIT, order.descriptor, new AbortController().signal);
      return { key, room, order };
    } catch (error) {
      order.close();
      throw error;
    }
  }
}

async function beforeAbort<T>(coming: Promise<T>, signal: AbortSignal): Promise<T | 'aborted'> {
  let onAbort = () => {};
  const aborted = new Promise<'aborted'>((resolve) => {
    onAbort = () => resolve('aborted');
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([coming, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function leave(waiting: Waiting | null): void {
  if (waiting === null) return;
  waiting.room.kill();
  void waiting.room.ended.then(waiting.order.close);
}

/** Everything that a room depends on: the words, and which files stand in the places that they name. */
function keyOf({ args }: RoomPlan): string {
  const places = new Set(args.filter((word) => word.startsWith('/')));
  const files = [...places].map((path) => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return `${path} ${stats?.dev}:${stats?.ino}`;
  });
  return JSON.stringify([args, files]);
}
