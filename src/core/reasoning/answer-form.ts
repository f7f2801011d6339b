import type { JsonSchema } from '../tools/tool.ts';
import { formGrammar } from './grammar.ts';
import type { Block, ModelRequest } from './language-model.ts';

/** A request whose answer is JSON by a schema: held to it where the server can do that, and told of it in words everywhere. */
export function inForm(request: ModelRequest, schema: JsonSchema): ModelRequest {
  return { ...request, constraint: formGrammar(schema), tail: [...request.tail, formWords(schema)] };
}

function formWords(schema: JsonSchema): Block {
  const text = `Answer now with JSON alone, no words around it, that is valid by this JSON Schema:\n${JSON.stringify(schema)}`;
  return { text, section: 'input', source: 'core:answer_form', trust: 'trusted' };
}
