import type { Sandbox } from '../../application/ports/sandbox.ts';
import type { SearchDeps } from './web/search-services.ts';
import type { WebNetwork } from './web/web-network.ts';

/** What the tools need from outside. */
export interface ToolDependencies {
  /** Absolute paths of files and folders that no tool may read, list or write. */
  readonly protectedPlaces: readonly string[];
  /** The person's home folder, for `~`. */
  readonly home: string;
  readonly sandbox: Sandbox;
  /** For the proxy's address. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the web is searched with; nothing unless given. */
  readonly search?: SearchDeps;
  /** How the web is reached; the system's way unless given. */
  readonly network?: WebNetwork;
  /** The time now; the system's clock unless given. */
  readonly clock?: () => Date;
}
