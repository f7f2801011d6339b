import type { IncomingMessage, ServerResponse } from 'node:http';
import { OpenAPIGenerator } from '@orpc/openapi';
import { OpenAPIHandler } from '@orpc/openapi/node';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { procedures } from '../../contract/procedures.ts';
import { FAILURE_CODES } from '../../core/models/failure.ts';
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

async function describe({ version, address }: { readonly version: string; readonly address: string }): Promise<unknown> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(procedures, {
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
  const paths = { ...withFailures(document.paths ?? {}), '/events': eventsPath(address) };
  return { ...document, paths, components: { ...document.components, schemas: { ...document.components?.schemas, Failure: FAILURE } } };
}

/** What every operation answers when it fails. */
const FAILURE = {
  type: 'object',
  properties: {
    code: { enum: FAILURE_CODES },
    status: { type: 'integer' },
    message: { type: 'string' },
    data: { type: 'object', properties: { advice: { type: 'string' } }, required: ['advice'] },
  },
  required: ['code', 'status', 'message', 'data'],
};

function withFailures(paths: Readonly<Record<string, object | undefined>>): Readonly<Record<string, unknown>> {
  const failed = { description: 'A failure', content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } } };
  const completed = (operation: { readonly responses?: object }) => ({
    ...operation,
    responses: { ...operation.responses, default: failed },
  });
  const entries = Object.entries(paths).map(([path, operations]) => [
    path,
    Object.fromEntries(
      Object.entries(operations ?? {}).map(([method, operation]) => [method, completed(operation as { responses?: object })]),
    ),
  ]);
  return Object.fromEntries(entries) as Readonly<Record<string, unknown>>;
}

/** The stream is no procedure, and does not lie under `/api`. */
function eventsPath(address: string): unknown {
  const query = (name: string, description: string) => ({ name, in: 'query', required: false, description, schema: { type: 'string' } });
  return {
    servers: [{ url: address }],
    get: {
      operationId: 'events',
      tags: ['Events'],
      summary: 'Everything that happens, as server-sent events',
      parameters: [
        query('conversation', 'Only what concerns this conversation.'),
        { name: 'Last-Event-ID', in: 'header', required: false, description: 'The last id that was seen.', schema: { type: 'integer' } },
      ],
      responses: { 200: { description: 'A stream that does not end.', content: { 'text/event-stream': { schema: { type: 'string' } } } } },
    },
  };
}
