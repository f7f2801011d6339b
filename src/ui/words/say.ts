type Words = Readonly<Record<string, string>>;

/** The words of another language; a script that comes before all others puts them there. English needs none: it stands in the code. */
const words: Words | undefined = (globalThis as { glasshouseWords?: Words }).glasshouseWords;

/**
 * What a person reads, in their language: say`Delete ${title}?`. The English words are the key; `{0}` stands for the first value in the
 * language files. What a language lacks is said in English.
 */
export function say(pieces: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  const known = words?.[keyOf(pieces)];
  if (known === undefined) return pieces.reduce((said, piece, index) => `${said}${values[index - 1] ?? ''}${piece}`);
  return known.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)] ?? ''));
}

/** The word for one or for many, by the plural rules of the language: its file has `one|many`. */
export function sayCounted(count: number, one: string, many: string): string {
  const [own = one, several = many] = (words?.[`${one}|${many}`] ?? `${one}|${many}`).split('|');
  return plural().select(count) === 'one' ? own : several;
}

/** The language of the page, such as `en`. */
export function language(): string {
  return globalThis.document?.documentElement.lang || 'en';
}

/** The decimal sign of the language, put into a figure that was made with a point. */
export function decimal(figure: string): string {
  return words === undefined ? figure : figure.replace('.', words['decimal point'] ?? '.');
}

function keyOf(pieces: TemplateStringsArray): string {
  return pieces.reduce((key, piece, index) => `${key}{${index - 1}}${piece}`);
}

let rules: Intl.PluralRules | undefined;
const plural = () => (rules ??= new Intl.PluralRules(language()));
