import type { Trust } from '../../src/core/models/trust.ts';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Sandbox } from '../../src/application/ports/sandbox.ts';
import type { Plan } from '../../src/core/models/plan.ts';
import type { Tool, ToolContext, ToolOutcome } from '../../src/core/tools/tool.ts';
import { cleanEnvironment } from '../../src/infrastructure/system/clean-environment.ts';
import { createBubblewrapSandbox } from '../../src/infrastructure/system/bubblewrap-sandbox.ts';
import { createDefaultTools } from '../../src/infrastructure/tools/default-tools.ts';
import type { WebNetwork } from '../../src/infrastructure/tools/web/web-network.ts';

export interface RecordedFile {
  readonly path: string;
  readonly before: Uint8Array | null;
  readonly modeBefore: number | null;
}

/** A workspace on the disk, the default tools, and everything that a call tells. */
export interface ToolScene {
  readonly workspace: string;
  readonly home: string;
  readonly tools: readonly Tool[];
  readonly recorded: RecordedFile[];
  readonly progress: string[];
  readonly plans: Plan[];
  readonly questions: { question: string; choices: readonly string[] }[];
  answer: string | null;
  outputs: Map<string, { text: string; trust: Trust }>;
  /** Bytes of what the person handed over, by name. */
  readonly attached: Map<string, Uint8Array>;
  tool(name: string): Tool;
  /** Validates the input as the agent does, then runs the tool. */
  call(name: string, input: unknown, signal?: AbortSignal): Promise<ToolOutcome>;
  dispose(): void;
}

export interface SceneOptions {
  readonly protectedPlaces?: (workspace: string, home: string) => readonly string[];
  readonly sandbox?: Sandbox;
  readonly environment?: Record<string, string>;
  readonly clock?: () => Date;
  readonly network?: WebNetwork;
}

export function toolScene(options: SceneOptions = {}): ToolScene {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'glasshouse-tools-')));
  const [workspace, home] = [join(root, 'workspace'), join(root, 'home')];
  mkdirSync(workspace);
  mkdirSync(home);
  const protectedPlaces = options.protectedPlaces?.(workspace, home) ?? [];
  const environment = cleanEnvironment({ ...process.env, ...options.environment }, homedir());
  const sandbox = options.sandbox ?? createBubblewrapSandbox({ environment, protectedPlaces });
  const { clock, network } = options;
  const tools = createDefaultTools({ protectedPlaces, home, sandbox, ...(clock ? { clock } : {}), ...(network ? { network } : {}) });
  const scene: ToolScene = {
    workspace,
    home,
    tools,
    recorded: [],
    progress: [],
    plans: [],
    questions: [],
    answer: null,
    outputs: new Map(),
    attached: new Map(),
    tool(name) {
      const found = tools.find((tool) => tool.name === name);
      if (!found) throw new Error(`no tool ${name}`);
      return found;
    },
    call(name, input, signal = new AbortController().signal) {
      const tool = scene.tool(name);
      return tool.execute(tool.input.parse(input), contextFor(scene, signal));
    },
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
  return scene;
}

function contextFor(scene: ToolScene, signal: AbortSignal): ToolContext {
  return {
    workspace: scene.workspace,
    conversationId: 'conversation',
    callId: 'call',
    signal,
    progress: async (text) => void scene.progress.push(text),
    recordFile: async (change) => void scene.recorded.push(change),
    async ask(question, choices) {
      scene.questions.push({ question, choices });
      return scene.answer;
    },
    updatePlan: async (plan) => void scene.plans.push(plan),
    readOutput: async (callId) => scene.outputs.get(callId) ?? null,
    readAttached: async (name) => scene.attached.get(name) ?? null,
  };
}

/** The output of a call that must succeed. */
export function outputOf(outcome: ToolOutcome): string {
  if (!outcome.ok) throw new Error(`expected success, got ${outcome.failure.code}: ${outcome.failure.message}`);
  return outcome.output;
}

/** The failure of a call that must fail. */
export function failureOf(outcome: ToolOutcome): { code: string; message: string } {
  if (outcome.ok) throw new Error(`expected a failure, got: ${outcome.output}`);
  return outcome.failure;
}

/**
 * Does something with the rights of a person who may read the workspace, but write nothing in it: root becomes another user for the while,
 * since nothing is closed to root.
 */
export async function asNobody(scene: ToolScene, work: () => Promise<void>): Promise<void> {
  const paths = ['.', ...readdirSync(scene.workspace, { recursive: true, encoding: 'utf8' })].map((path) => join(scene.workspace, path));
  for (const path of paths) if (!path.endsWith('.closed')) chmodSync(path, 0o555);
  chmodSync(dirname(scene.workspace), 0o755);
  const isRoot = process.geteuid?.() === 0;
  try {
    if (isRoot) process.seteuid?.(65_534);
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
    for (const path of paths) chmodSync(path, 0o755);
  }
}
