import type { Socket } from 'node:net';

/** Names and connections, as the system gives them. Both reject when it cannot. */
export interface WebNetwork {
  /** All IP addresses of a name. */
  resolve(name: string): Promise<readonly string[]>;
  /** A connection to exactly this address, or to a proxy by its name. Resolves when it stands. */
  dial(address: string, port: number, signal: AbortSignal): Promise<Socket>;
  /** Certificate authorities besides those of Node and of the system, in PEM. */
  readonly authorities?: readonly string[];
}

/** Milliseconds until a connection has to stand. */
const CONNECT_MS = 5_000;

export function createWebNetwork(): WebNetwork {
  return {
    async resolve(name) {
      const { lookup } = process.getBuiltinModule('node:dns/promises');
      return (await lookup(name, { all: true })).map(({ address }) => address);
    },
    dial(address, port, signal) {
      const { connect } = process.getBuiltinModule('node:net');
      return new Promise((resolve, reject) => {
        const socket = connect({ host: address, port, signal });
        const late = setTimeout(() => socket.destroy(new Error('the connection was not taken in time')), CONNECT_MS);
        socket.once('error', reject).once('close', () => clearTimeout(late));
        socket.once('connect', () => {
          clearTimeout(late);
          resolve(socket);
        });
      });
    },
  };
}
