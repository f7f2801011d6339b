/** In characters. More than any file that a model writes in one go. */
const LONGEST_INPUT = 1_000_000;
/** Whatever goes through an input in depth (its schema, its JSON) must come to its end. */
const DEEPEST_INPUT = 64;

/**
 * Why a JSON text from a model is not even parsed, in words that go on from "The input of x is"; null: it may be.
 * One pass over the text, whatever is in it, valid JSON or not.
 */
export function refusalOfJson(text: string): string | null {
  if (text.length > LONGEST_INPUT) return `too long: ${text.length} characters, and ${LONGEST_INPUT} are allowed`;
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (isInString) {
      if (char === '\\') index += 1;
      else if (char === '"') isInString = false;
    } else if (char === '"') isInString = true;
    else if (char === ']' || char === '}') depth -= 1;
    else if ((char === '[' || char === '{') && (depth += 1) > DEEPEST_INPUT) {
      return `nested too deep: more than ${DEEPEST_INPUT} lists and objects in one another`;
    }
  }
  return null;
}
