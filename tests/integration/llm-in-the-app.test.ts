import { describe, expect, it, onTestFinished } from 'vitest';
import { startScriptedModelServer, type ScriptedModelServer } from '../support/scripted-model-server.ts';
import { CliScene, KEY } from '../support/cli.ts';

/** The bundled program on every wire: what is kept with a thought has been in the database before it goes back. */
const WIRES: readonly {
  readonly wire: string;
  readonly model: string;
  env(server: ScriptedModelServer): Record<string, string>;
  /** The signature, where the wire wants it, in the request that follows. */
  readonly kept: Readonly<Record<string, unknown>>;
  /** What the answer itself is kept with, in the request that follows it. */
  readonly answerKept: Readonly<Record<string, unknown>>;
  /** How the model is asked to think, where GLASSHOUSE_THINKING is 4000. */
  readonly thinking: Readonly<Record<string, unknown>>;
}[] = [
  {
    wire: 'Messages',
    model: 'anthropic/claude-sonnet-5',
    env: (server) => ({ ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: KEY }),
    kept: { type: 'thinking', thinking: 'The notes will say.', signature: 'U0lHTkVE' },
    answerKept: { type: 'text', text: 'It is Villa Rosa.' },
    thinking: { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'medium' } },
  },
  {
    wire: 'Responses',
    model: 'openai/gpt-5.4',
    env: (server) => ({ OPENAI_RESPONSES_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: KEY }),
    kept: {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'The notes will say.' }],
      encrypted_content: 'U0lHTkVE',
    },
    answerKept: {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'It is Villa Rosa.' }],
      phase: 'final_answer',
    },
    thinking: { reasoning: { effort: 'medium', summary: 'auto' } },
  },
  {
    wire: 'Gemini',
    model: 'google/gemini-3.1-pro-preview',
    env: (server) => ({ GOOGLE_GEMINI_BASE_URL: server.url, GEMINI_API_KEY: KEY }),
    kept: { functionCall: { name: 'read_file', args: { path: 'notes.txt' } }, thoughtSignature: 'U0lHTkVE' },
    answerKept: { role: 'model', parts: [{ text: 'It is Villa Rosa.' }, { text: '', thoughtSignature: 'QU5TV0VS' }] },
    thinking: { generationConfig: { thinkingConfig: { includeThoughts: true, thinkingBudget: 4000 } } },
  },
];

describe('a run on each wire', () => {
  it.each(WIRES)(
    'C1: reads a file and answers, sends back what was signed, keeps every byte ($wire)',
    async ({ model, env, kept, answerKept, thinking }) => {
      const server = await startScriptedModelServer([
        { reasoning: 'The notes will say.', signature: 'U0lHTkVE', toolCalls: [{ name: 'read_file', input: { path: 'notes.txt' } }] },
        {
          text: 'It is Villa Rosa.',
          chunkSize: 100,
          signature: 'QU5TV0VS',
          phase: 'final_answer',
          usage: { input: 400, output: 9, cachedRead: 200 },
        },
        { text: 'On 12 June.' },
      ]);
      onTestFinished(() => server.close());
      const cli = new CliScene({ ...env(server), GLASSHOUSE_THINKING: '4000' });
      cli.write('notes.txt', 'venue: Villa Rosa, 12 June\n');
      const run = await cli.run(['run', '-m', model, 'Where is it?']);
      expect([run.code, run.stdout]).toEqual([0, 'It is Villa Rosa.\n']);
      // In another process: all that it knows comes from the database.
      const more = await cli.run(['run', '-m', model, '--continue', 'When?']);
      expect([more.code, more.stdout]).toEqual([0, 'On 12 June.\n']);
      const bodies = server.requests.map((request) => request.body.toString('utf8'));
      expect(bodies).toHaveLength(3);
      for (const body of bodies) expect(JSON.parse(body)).toMatchObject(thinking);
      for (const body of bodies.slice(1)) {
        expect(everyObjectIn(JSON.parse(body))).toContainEqual(kept);
        expect(body).toContain('Villa Rosa, 12 June');
      }
      expect(everyObjectIn(JSON.parse(bodies[2] ?? ''))).toContainEqual(answerKept);
      const shown = await cli.run(['conversations', 'show', 'last', '--requests', '--json']);
      const { requests } = JSON.parse(shown.stdout) as { requests: { spans: { text: string }[] }[] };
      expect(requests.map((request) => request.spans.map((span) => span.text).join(''))).toEqual(bodies);
      expect(shown.stdout).not.toContain(KEY);
      expect((await cli.run(['conversations', 'show', 'last'])).stdout).toContain('The notes will say.');
    },
  );
});

function everyObjectIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(everyObjectIn)];
}
