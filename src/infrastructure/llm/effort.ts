/** Tokens to think for in the words of wires that know efforts only. */
export function effortOf(tokens: number): 'low' | 'medium' | 'high' {
  if (tokens < 4000) return 'low';
  return tokens < 16_000 ? 'medium' : 'high';
}
