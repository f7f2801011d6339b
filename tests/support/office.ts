import { onTestFinished } from 'vitest';
import { EventFeed, type PublishedEvent } from '../../src/application/services/event-feed.ts';
import { RunSupervisor } from '../../src/application/services/run-supervisor.ts';
import { sendMessage, type SendMessage } from '../../src/application/use-cases/send-message.ts';
import { textOf } from '../../src/core/models/message.ts';
import { ToolRegistry } from '../../src/core/tools/tool-registry.ts';
import { openStorage } from '../../src/infrastructure/persistence/open-storage.ts';
import { createNodeSystem } from '../../src/infrastructure/system/node-system.ts';
import { fakeTool } from './agent-scene.ts';
import { FakeModel } from './fake-model.ts';

/**
 * The application on a database in memory, with a model that answers from a script.
 * @param readsAnew whether each run reads its conversation from the tables, as if another process had worked in it
 */
export function office(
  replies: ConstructorParameters<typeof FakeModel>[0],
  settling: (settled: Promise<void> | null) => Promise<void> | null = (it) => it,
  { readsAnew = false }: { readonly readsAnew?: boolean } = {},
) {
  const system = createNodeSystem(':memory:');
  const storage = openStorage(':memory:', { instanceId: 'test', now: system.now });
  onTestFinished(() => storage.close());
  const model = new FakeModel(replies);
  const problems: unknown[] = [];
  const feed = new EventFeed((error) => problems.push(error));
  const tools = new ToolRegistry();
  tools.add(fakeTool('look'));
  tools.add(fakeTool('change', { effect: 'unsafe' }));
  let pathsRead = 0;
  const reader: typeof storage.reader = {
    ...storage.reader,
    snapshot: (id) => {
      pathsRead += 1;
      return storage.reader.snapshot(id);
    },
  };
  const supervisor = new RunSupervisor({
    journal: {
      commit: async (...given) => {
        const committed = await storage.journal.commit(...given);
        return { ...committed, settled: settling(committed.settled) };
      },
    },
    reader,
    instances: storage.instances,
    rules: storage.rules,
    catalog: {
      list: async () => [],
      servers: async () => [],
      keyHeader: () => null,
      open: async () => ({ ok: true, value: model }),
      close: async () => {},
    },
    tools,
    feed,
    system,
    configuredRules: [],
    canAnswer: () => true,
    fallback: async () => null,
    environmentAt: () => [],
    agents: storage.agents,
    instructionsFor: async () => [],
  });
  const events: PublishedEvent[] = [];
  feed.subscribe((published) => events.push(published));
  const deps = { reader: storage.reader, instances: storage.instances, agents: storage.agents, supervisor, system };
  const send = (text: string, change: Partial<SendMessage> = {}) => {
    if (readsAnew && change.conversationId !== undefined) supervisor.forget(change.conversationId);
    return sendMessage(deps, {
      commandId: system.newId(),
      actor: 'person',
      workspace: '/work',
      text,
      attachments: [],
      model: 'fake/model',
      budget: { maxSteps: 9 },
      whenBusy: 'follow_up',
      ...change,
    });
  };
  return { pathsRead: () => pathsRead, storage, model, supervisor, send, events, feed, problems, deps, system };
}

/** The words of each message on the path. */
export const words = async (storage: ReturnType<typeof office>['storage'], id: string) =>
  (await storage.reader.snapshot(id))?.messages.map((message) => textOf(message));
