/** The server's composition root. The page is not built yet: this says what there is. */
const { compose } = await import('./compose.ts');

const composed = await compose({ env: process.env, canAnswer: () => false });
const model = await composed.app.defaultModel();
process.stdout.write(`Glasshouse runs in a terminal for now; its page is being built.

  npx glasshouse run "Which files are in this folder, and what are they about?"
  npx glasshouse doctor
  npx glasshouse --help

The default model is ${model}.
`);
await composed.close();
process.exit();
