import { implement, type AnyRouter } from '@orpc/server';
import type { GlasshouseClient } from '../../contract/client.ts';
import { procedures } from '../../contract/procedures.ts';
import { agentRoutes } from './routes/agent-routes.ts';
import { conversationRoutes } from './routes/conversation-routes.ts';
import { folderRoutes } from './routes/folder-routes.ts';
import { ledgerRoutes } from './routes/ledger-routes.ts';
import { machineRoutes } from './routes/machine-routes.ts';
import { runRoutes } from './routes/run-routes.ts';
import { settingsRoutes } from './routes/settings-routes.ts';
import type { Served } from './served.ts';

/** Every procedure with what it calls. */
function callsOf(served: Served): GlasshouseClient {
  return {
    conversations: conversationRoutes(served),
    agents: agentRoutes(served),
    folders: folderRoutes(served),
    requests: ledgerRoutes(served),
    search: ({ query, limit = 50 }) => served.app.search(query, { limit }),
    ...runRoutes(served),
    ...settingsRoutes(served),
    ...machineRoutes(served),
  };
}

/** A procedure or a group of them, as the implementer gives them out by name. */
type Implementable = { handler(call: (options: { readonly input: unknown }) => Promise<unknown>): AnyRouter } & {
  readonly [name: string]: Implementable;
};

type Calls = Readonly<Record<string, unknown>>;

/**
 * Binds the calls to the contract, name by name. Inputs are checked against it; outputs are not: they are made here, and a conversation
 * of ten thousand messages would take longer to check than to read.
 */
export function createRouter(served: Served): AnyRouter {
  const implementer = implement(procedures, { initialOutputValidationIndex: Number.NaN });
  return bind(implementer as unknown as Implementable, { ...callsOf(served) });
}

function bind(implementer: Implementable, calls: Calls): AnyRouter {
  const bound = Object.entries(calls).map(([name, call]) => {
    const one = implementer[name];
    if (!one) throw new Error(`the contract has no procedure ${name}`);
    if (typeof call === 'function') return [name, one.handler(async ({ input }) => (call as (given: unknown) => Promise<unknown>)(input))];
    return [name, bind(one, call as Calls)];
  });
  return Object.fromEntries(bound) as AnyRouter;
}
