import type { GlasshouseClient } from '../../../contract/client.ts';
import { FailureError } from '../../../core/models/failure.ts';
import type { Served } from '../served.ts';
import { valueOf } from '../value-of.ts';

/** Agents: made, changed, taken in and given out. */
export function agentRoutes({ app, stream, tickets }: Served): GlasshouseClient['agents'] {
  const told = <Value>(value: Value): Value => {
    stream.look();
    return value;
  };
  return {
    list: async () => ({ agents: await app.agents() }),
    save: async ({ id, ...profile }) => told(valueOf(await app.saveAgent(id ?? null, profile))),
    duplicate: async ({ id }) => told(valueOf(await app.duplicateAgent(id))),
    import: async ({ text }) => told(valueOf(await app.importAgent(text))),
    approve: async ({ id, digest }) => told({ approved: await app.approveAgent(id, digest) }),
    export: async ({ id }) => {
      const file = await app.exportAgent(id);
      if (!file) throw new FailureError('agent_not_found', `There is no agent ${JSON.stringify(id)}.`);
      return { url: `/downloads/${tickets.forDownload(file)}` };
    },
    delete: async ({ id }) => told({ deleted: await app.removeAgent(id) }),
    restore: async (agent) => told(valueOf(await app.restoreAgent(agent))),
  };
}
