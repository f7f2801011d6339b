import type { IncomingMessage, ServerResponse } from 'node:http';
import { RPCHandler } from '@orpc/server/node';
import * as z from 'zod';
import { FailureError } from '../../core/models/failure.ts';
import { createRouter } from './router.ts';
import type { Served } from './served.ts';
import { toWireError } from './wire-error.ts';

/** What a call is wrapped in. The library takes it on trust, and falls over anything else as over a fault of its own. */
const Wrapped = z.looseObject({ meta: z.array(z.tuple([z.number()], z.union([z.string(), z.number()]))).optional() });

/**
 * The procedures as the page calls them, under `/rpc`. What it gives answers a request whose body was read, and says whether there was
 * such a procedure; it throws a FailureError `usage` for a body that is no call.
 */
export function createRpcHandler(
  served: Served,
): (request: IncomingMessage & { readonly body: unknown }, response: ServerResponse) => Promise<boolean> {
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
  return async (request, response) => {
    if (request.body !== undefined && !Wrapped.safeParse(request.body).success) {
      throw new FailureError('usage', 'The body of a call is an object: {"json": what the procedure takes}.');
    }
    return (await handler.handle(request, response, { prefix: '/rpc', context: {} })).matched;
  };
}
