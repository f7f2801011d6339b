import type { Sandbox } from '../../application/ports/sandbox.ts';

/** What the tools need from outside. */
export interface ToolDependencies {
  /** Absolute paths of files and folders that no tool may read, list or write. */
  readonly protectedPlaces: readonly string[];
  /** The person's home folder, for `~`. */
  readonly home: string;
  readonly sandbox: Sandbox;
  /** The time now; the system's clock unless given. */
  readonly clock?: () => Date;
}
