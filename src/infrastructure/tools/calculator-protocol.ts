export type CalculatorAnswer = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

/** What the calculator's process says: once that it is ready, then one answer to each expression. */
export type CalculatorReply = { readonly ready: true } | CalculatorAnswer;
