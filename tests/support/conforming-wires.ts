import { KEY } from './model-conversations.ts';
import type { ScriptedModelServer, ScriptedReply } from './scripted-model-server.ts';

/** What sets a wire apart from the others, in the tests that all of them go through. */
interface Wire {
  readonly wire: string;
  readonly id: string;
  env(server: ScriptedModelServer): Readonly<Record<string, string>>;
  /** The header with the key, as it must arrive. */
  readonly keyHeader: readonly [name: string, value: string];
  /** What the wire counts apart. */
  readonly counts: { readonly cachedWrite: number; readonly reasoning: number };
  /** The wire's own words for the end of an answer, and what they mean. */
  readonly reasons: readonly (readonly [finish: string, reason: string])[];
  readonly lengthWord: string;
  /** Half a call is sent as far as it came; else arguments come whole or not at all. */
  readonly halfArguments: boolean;
  /** Without its last event an answer is not known to be whole. */
  readonly needsLastEvent: boolean;
  /** Events of a short answer with one call, at least. */
  readonly fewestCuts: number;
  /** The wire's word for a provider that has too much to do. */
  readonly overloadedWord: string;
  /** Where a constraint goes in the body; null: nowhere. */
  readonly constraint: Readonly<Record<string, unknown>> | null;
  /** A picture and, where the wire has a form for them, a PDF beside a person's words, by their base64. */
  readonly shows: (picture: string, document: string) => { readonly picture: unknown; readonly document: unknown };
  /** A call's result with its picture. */
  readonly showsResult: (picture: string) => unknown;
  /** Errors as this provider alone writes them. */
  readonly errors: readonly (readonly [name: string, reply: ScriptedReply, code: string])[];
}

/** An error as Google writes it. */
export const googleError = (status: number, word: string, message: string, details: readonly unknown[] = []): ScriptedReply => ({
  status,
  body: JSON.stringify({ error: { code: status, message, status: word, details } }),
});
const errorInfo = (reason: string) => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' });

/** Every wire that is spoken here. */
export const WIRES: readonly Wire[] = [
  {
    wire: 'openai chat',
    id: 'openai-compatible/scripted',
    env: (server) => ({ OPENAI_BASE_URL: `${server.url}/v1` }),
    keyHeader: ['authorization', `Bearer ${KEY}`],
    counts: { cachedWrite: 0, reasoning: 7 },
    reasons: [
      ['stop', 'stop'],
      ['length', 'length'],
      ['model_length', 'length'],
      ['content_filter', 'filtered'],
      ['tool_calls', 'tool_calls'],
      ['function_call', 'tool_calls'],
      ['novel', 'unknown'],
    ],
    lengthWord: 'length',
    halfArguments: true,
    needsLastEvent: false,
    fewestCuts: 8,
    overloadedWord: 'overloaded_error',
    constraint: { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } } },
    shows: (picture) => ({
      picture: { type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } },
      document: null,
    }),
    showsResult: (picture) => ({
      role: 'user',
      content: [
        { type: 'text', text: 'The picture that view_image gave (chart.png):' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } },
      ],
    }),
    errors: [
      [
        'a call that is none',
        { status: 400, body: '{"error":{"type":"invalid_request_error","code":"tool_use_failed","message":"Failed to call a function."}}' },
        'model_server_error',
      ],
      [
        'a request that does not fit',
        { status: 422, body: '{"detail":[{"loc":["body","temperature"],"msg":"Input should be less than 2"}]}' },
        'model_bad_request',
      ],
      ['498', { status: 498, body: '{"error":{"message":"Flex tier capacity exceeded"}}' }, 'model_overloaded'],
    ],
  },
  {
    wire: 'anthropic messages',
    id: 'anthropic/scripted',
    env: (server) => ({ ANTHROPIC_BASE_URL: server.url }),
    keyHeader: ['x-api-key', KEY],
    counts: { cachedWrite: 300, reasoning: 0 },
    reasons: [
      ['end_turn', 'stop'],
      ['stop_sequence', 'stop'],
      ['max_tokens', 'length'],
      ['model_context_window_exceeded', 'length'],
      ['pause_turn', 'length'],
      ['tool_use', 'tool_calls'],
      ['refusal', 'refused'],
      ['novel', 'unknown'],
    ],
    lengthWord: 'max_tokens',
    halfArguments: true,
    needsLastEvent: false,
    fewestCuts: 8,
    overloadedWord: 'overloaded_error',
    constraint: null,
    shows: (picture, document) => ({
      picture: { type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } },
      document: { type: 'document', title: 'offer.pdf', source: { type: 'base64', media_type: 'application/pdf', data: document } },
    }),
    showsResult: (picture) => ({
      type: 'tool_result',
      tool_use_id: 'call_1',
      content: [
        { type: 'text', text: 'chart.png' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } },
      ],
      cache_control: { type: 'ephemeral' },
    }),
    errors: [
      [
        '504',
        { status: 504, body: '{"type":"error","error":{"type":"timeout_error","message":"Request timed out"}}' },
        'model_server_error',
      ],
    ],
  },
  {
    wire: 'openai responses',
    id: 'openai/scripted',
    env: (server) => ({ OPENAI_RESPONSES_BASE_URL: `${server.url}/v1` }),
    keyHeader: ['authorization', `Bearer ${KEY}`],
    counts: { cachedWrite: 0, reasoning: 7 },
    reasons: [
      ['completed', 'stop'],
      ['max_output_tokens', 'length'],
      ['content_filter', 'filtered'],
      ['novel', 'unknown'],
    ],
    lengthWord: 'max_output_tokens',
    halfArguments: true,
    needsLastEvent: true,
    fewestCuts: 8,
    overloadedWord: 'server_is_overloaded',
    constraint: { text: { format: { type: 'json_schema', name: 'answer', schema: { type: 'object' }, strict: false } } },
    shows: (picture, document) => ({
      picture: { type: 'input_image', image_url: `data:image/png;base64,${picture}` },
      document: { type: 'input_file', filename: 'offer.pdf', file_data: `data:application/pdf;base64,${document}` },
    }),
    showsResult: (picture) => ({
      type: 'function_call_output',
      call_id: 'call_1',
      output: [
        { type: 'input_text', text: 'chart.png' },
        { type: 'input_image', image_url: `data:image/png;base64,${picture}` },
      ],
    }),
    errors: [
      ['failed', { text: 'so far', failedWith: { code: 'server_error', message: 'The server had an error' } }, 'model_server_error'],
      ['failed at a limit', { failedWith: { code: 'rate_limit_exceeded', message: 'Rate limit reached' } }, 'model_rate_limited'],
      ['failed for the words', { failedWith: { code: 'invalid_prompt', message: 'Your prompt was flagged' } }, 'model_refused'],
      [
        'failed without a word',
        { rawStream: 'data: {"type":"response.failed","response":{"status":"failed","error":null}}\n\n' },
        'model_server_error',
      ],
      [
        'an error inside of its event',
        { rawStream: 'data: {"type":"error","error":{"code":"insufficient_quota","message":"x"}}\n\n' },
        'model_out_of_credit',
      ],
    ],
  },
  {
    wire: 'gemini',
    id: 'google/scripted',
    env: (server) => ({ GOOGLE_GEMINI_BASE_URL: server.url }),
    keyHeader: ['x-goog-api-key', KEY],
    counts: { cachedWrite: 0, reasoning: 7 },
    reasons: [
      ['STOP', 'stop'],
      ['MAX_TOKENS', 'length'],
      ...['SAFETY', 'RECITATION', 'LANGUAGE', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'IMAGE_SAFETY'].map(
        (word) => [word, 'filtered'] as const,
      ),
      ['OTHER', 'unknown'],
      ['FINISH_REASON_UNSPECIFIED', 'unknown'],
      ['NOVEL', 'unknown'],
    ],
    lengthWord: 'MAX_TOKENS',
    halfArguments: false,
    needsLastEvent: true,
    fewestCuts: 5,
    overloadedWord: 'UNAVAILABLE',
    constraint: { generationConfig: { maxOutputTokens: 500, temperature: 0, responseMimeType: 'application/json' } },
    shows: (picture, document) => ({
      picture: { inlineData: { mimeType: 'image/png', data: picture } },
      document: { inlineData: { mimeType: 'application/pdf', data: document } },
    }),
    showsResult: (picture) => ({
      role: 'user',
      parts: [{ text: 'The picture that view_image gave (chart.png):' }, { inlineData: { mimeType: 'image/png', data: picture } }],
    }),
    errors: [
      [
        'a wrong key',
        googleError(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [errorInfo('API_KEY_INVALID')]),
        'model_key_refused',
      ],
      ['no key', googleError(403, 'PERMISSION_DENIED', "Method doesn't allow unregistered callers"), 'model_forbidden'],
      ['an unknown model', googleError(404, 'NOT_FOUND', 'models/nope is not found for API version v1beta'), 'model_not_found'],
      ['a place where it is not offered', googleError(400, 'FAILED_PRECONDITION', 'User location is not supported'), 'model_forbidden'],
      [
        'too many tokens',
        googleError(400, 'INVALID_ARGUMENT', 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'),
        'context_too_long',
      ],
      [
        'a quota that fills up again',
        googleError(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota, please check your plan and billing details.', [
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.07s' },
        ]),
        'model_rate_limited',
      ],
      ['no tools', googleError(400, 'INVALID_ARGUMENT', 'Function calling is not enabled for models/gemma-3-27b-it'), 'model_no_tools'],
      ['500', googleError(500, 'INTERNAL', 'An internal error has occurred.'), 'model_server_error'],
      ['503', googleError(503, 'UNAVAILABLE', 'The model is overloaded.'), 'model_overloaded'],
      ['504', googleError(504, 'DEADLINE_EXCEEDED', 'Deadline expired.'), 'model_server_error'],
      [
        'an error in a list',
        { status: 400, body: '[{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"bad"}}]' },
        'model_bad_request',
      ],
      ['words that are answered by nothing', { blocked: 'PROHIBITED_CONTENT' }, 'model_refused'],
      ...['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS', 'MISSING_THOUGHT_SIGNATURE', 'MALFORMED_RESPONSE'].map(
        (finish) => [`the end ${finish}`, { finish }, 'model_server_error'] as const,
      ),
    ],
  },
];
