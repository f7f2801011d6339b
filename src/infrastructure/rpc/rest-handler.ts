import type { IncomingMessage, ServerResponse } from 'node:http';
import { OpenAPIGenerator } from '@orpc/openapi';
import { OpenAPIHandler } from '@orpc/openapi/node';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { procedures } from '../../contract/procedures.ts';
import { createRouter } from './router.ts';
import type { Served } from './served.ts';
import { toWireError } from './wire-error.ts';

export interface RestHandler {
  /** @returns whether there was such an operation */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** The OpenAPI 3.1 document of all operations. */
  document(): Promise<unknown>;
}

/** The same procedures for everybody else: REST under `/api`. */
export function createRestHandler(served: Served, options: { readonly version: string; readonly address: string }): RestHandler {
  const handler = new OpenAPIHandler(createRouter(served), {
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
  let document: Promise<unknown> | null = null;
  return {
    handle: async (request, response) => (await handler.handle(request, response, { prefix: '/api', context: {} })).matched,
    document: () => (document ??= describe(options)),
  };
}

function describe({ version, address }: { readonly version: string; readonly address: string }): Promise<unknown> {
  return new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] }).generate(procedures, {
    info: {
      title: 'Glasshouse',
      version,
      description:
        'Commands answer at once; what they cause comes over `GET /events` (server-sent events, resumed by `Last-Event-ID`). Every failure is `{code, status, message, data: {advice}}`.',
    },
    servers: [{ url: `${address}/api` }],
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  });
}
