import * as z from 'zod';
import type { ToolSpec } from '../reasoning/language-model.ts';
import { TOOL_NAME, type JsonSchema, type Tool } from './tool.ts';

/** A fixed set of tools for the length of one run. */
export interface ToolSet {
  readonly tools: readonly Tool[];
  find(name: string): Tool | undefined;
  specs(): readonly ToolSpec[];
}

/** The tools there are. Tools come and go while the app runs; a change takes effect at the next run. */
export class ToolRegistry {
  readonly #tools = new Map<string, Tool>();

  /** @throws Error when the name is taken or not one that providers accept. */
  add(tool: Tool): () => void {
    if (!TOOL_NAME.test(tool.name)) throw new Error(`tool name ${JSON.stringify(tool.name)} must match ${TOOL_NAME.source}`);
    if (this.#tools.has(tool.name)) throw new Error(`a tool named ${tool.name} is already there`);
    this.#tools.set(tool.name, tool);
    return () => {
      if (this.#tools.get(tool.name) === tool) this.#tools.delete(tool.name);
    };
  }

  remove(name: string): boolean {
    return this.#tools.delete(name);
  }

  /** The tools that a run is offered: those that are set up now. */
  async offered(): Promise<ToolSet> {
    const missing = new Set<Tool>();
    for (const tool of this.#tools.values()) if (tool.isSetUp && !(await tool.isSetUp())) missing.add(tool);
    return this.snapshot((tool) => !missing.has(tool));
  }

  /** The tools as they are now, in the order in which they were added. */
  snapshot(accept: (tool: Tool) => boolean = () => true): ToolSet {
    return setOf([...this.#tools.values()].filter(accept));
  }
}

/** Those of a set that change nothing. */
export function withoutEffect({ tools }: ToolSet): ToolSet {
  return setOf(tools.filter((tool) => tool.effect === 'none'));
}

/** Those of a set that are named; names of tools that are not there are passed over. */
export function withOnly({ tools }: ToolSet, names: readonly string[]): ToolSet {
  const wanted = new Set(names);
  return setOf(tools.filter((tool) => wanted.has(tool.name)));
}

function setOf(tools: readonly Tool[]): ToolSet {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  let specs: readonly ToolSpec[] | undefined;
  return {
    tools,
    find: (name) => byName.get(name),
    specs: () => (specs ??= tools.map(specOf)),
  };
}

const specs = new WeakMap<Tool, ToolSpec>();

/** The tool as a provider is told of it. Made once per tool. */
export function specOf(tool: Tool): ToolSpec {
  const known = specs.get(tool);
  if (known) return known;
  const spec = { name: tool.name, description: tool.description, schema: tool.inputSchema ?? schemaOf(tool) };
  specs.set(tool, spec);
  return spec;
}

/** The JSON schema of a tool's input, made from it. */
export function schemaOf(tool: Tool): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(tool.input, { io: 'input' }) as Record<string, unknown>;
  return schema;
}
