import type { ConversationEditor } from '../../application/ports/conversation-editor.ts';
import type { ChangeLog } from '../../application/ports/conversation-editor.ts';
import type { ConversationReader } from '../../application/ports/conversation-reader.ts';
import type { BackupMaker, IncognitoWindows, ProductInfo, WorkFolders, WorkspaceFiles } from '../../application/ports/machine.ts';
import type { FoundServer } from '../../application/ports/model-catalog.ts';
import type { Pictures, Tallies } from '../../application/ports/pictures.ts';
import type { Sandbox } from '../../application/ports/sandbox.ts';
import type { Secrets } from '../../application/ports/secrets.ts';
import type { FolderStore, SettingStore } from '../../application/ports/stores.ts';
import type { ChangeStream } from '../../application/services/change-stream.ts';
import type { ModelPulls } from '../../application/services/model-pulls.ts';
import type { TitleMaker } from '../../application/services/title-maker.ts';
import type { RunSupervisor } from '../../application/services/run-supervisor.ts';
import type { KnownProfile } from '../../application/use-cases/read-requests.ts';
import type { NewRunDeps } from '../../application/use-cases/new-run.ts';
import type { Glasshouse } from '../../contract/glasshouse.ts';
import type { ToolRegistry } from '../../core/tools/tool-registry.ts';
import type { Tickets } from './tickets.ts';

/** The application as it is served: what the routes call. Put together by the composition root. */
export interface Served {
  /** What terminal and page share. */
  readonly app: Glasshouse;
  readonly reader: ConversationReader;
  readonly pictures: Pictures;
  readonly tallies: Tallies;
  readonly editor: ConversationEditor;
  readonly changes: ChangeLog;
  readonly settings: SettingStore;
  readonly secrets: Secrets;
  readonly sandbox: Sandbox;
  readonly supervisor: RunSupervisor;
  readonly runDeps: NewRunDeps;
  readonly tools: ToolRegistry;
  readonly stream: ChangeStream;
  readonly pulls: ModelPulls;
  readonly titles: TitleMaker;
  readonly folders: WorkFolders;
  readonly workspaceFiles: WorkspaceFiles;
  /** Folders of the list. */
  readonly folderStore: FolderStore;
  readonly product: ProductInfo;
  readonly backups: BackupMaker;
  readonly incognito: IncognitoWindows;
  readonly tickets: Tickets;
  /** Files of embedded models, by the model's name. */
  modelFiles(): Promise<ReadonlyMap<string, { readonly isReady: boolean; readonly bytes: number }>>;
  /** Model servers of the person's own that answer on this machine. */
  foundServers(): Promise<readonly FoundServer[]>;
  /** Providers whose models a key opens, as their names begin. */
  providersOfKey(name: string): readonly string[];
  profileOf(model: string): KnownProfile | null;
  /** The header with the key that a model's provider wants, the key as `$NAME`; null where it wants none. */
  keyHeaderOf(model: string): string | null;
  reportBug(error: unknown): void;
}
