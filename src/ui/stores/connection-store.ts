import { create } from 'zustand';
import type { StreamState } from '../event-stream.ts';

interface ConnectionState {
  readonly state: StreamState;
  /** The server that answers; another one after it was started anew. */
  readonly instance: string | null;
  readonly version: string | null;
}

/** Whether this window hears the server. */
export const useConnection = create<ConnectionState>(() => ({ state: 'connecting', instance: null, version: null }));
