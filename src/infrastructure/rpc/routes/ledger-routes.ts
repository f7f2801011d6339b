import { listRequests, readRequest, type ReadRequestsDeps } from '../../../application/use-cases/read-requests.ts';
import type { GlasshouseClient } from '../../../contract/client.ts';
import { FailureError } from '../../../core/models/failure.ts';
import { curlOf } from '../curl.ts';
import type { Served } from '../served.ts';

/** The ledger: what went to models. */
export function ledgerRoutes(served: Served): GlasshouseClient['requests'] {
  const deps: ReadRequestsDeps = { reader: served.reader, profileOf: served.profileOf, bytesOf: (text) => Buffer.byteLength(text) };
  return {
    list: async ({ conversationId }) => {
      if (!(await served.reader.conversation(conversationId))) {
        throw new FailureError('conversation_not_found', `There is no conversation ${conversationId}.`);
      }
      return { requests: await listRequests(deps, conversationId) };
    },
    get: async ({ conversationId, requestId }) => {
      const request = await readRequest(deps, conversationId, requestId);
      if (!request) throw new FailureError('request_not_found', `There is no request ${requestId} in this conversation.`);
      return { ...request, curl: curlOf(request, served.keyHeaderOf(request.model)) };
    },
  };
}
