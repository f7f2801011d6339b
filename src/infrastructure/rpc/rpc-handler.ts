import type { IncomingMessage, ServerResponse } from 'node:http';
import { RPCHandler } from '@orpc/server/node';
import { createRouter } from './router.ts';
import type { Served } from './served.ts';
import { toWireError } from './wire-error.ts';

/** The procedures as the page calls them, under `/rpc`. @returns what answers a request, and says whether there was such a procedure */
export function createRpcHandler(served: Served): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const handler = new RPCHandler(createRouter(served), {
    interceptors: [
      async ({ next }) => {
        try {
          return await next();
        } catch (error) {
          throw toWireError(error, served.reportBug);
        }
      },
    ],
  });
  return async (request, response) => (await handler.handle(request, response, { prefix: '/rpc', context: {} })).matched;
}
