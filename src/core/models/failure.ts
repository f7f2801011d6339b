/**
 * The one table of error codes. Every expected failure in Glasshouse is a value with one of these codes;
 * `advice` is what the person can do about it, `exit` what `glasshouse` exits with when the failure ends it.
 * Exit codes: 1 the run failed, 2 bad usage, 3 not set up, 4 denied, 5 data folder, 130 stopped.
 */
const FAILURES = {
  // models
  model_unknown: { exit: 3, advice: 'See `glasshouse models list` for the names that are known here.' },
  model_key_missing: { exit: 3, advice: 'Set the key in the environment, or save it with `glasshouse settings set`.' },
  model_key_refused: { exit: 3, advice: 'Check the key, or save another one with `glasshouse settings set`.' },
  model_forbidden: { exit: 3, advice: 'The key works, but it may not use this model. Choose another with --model.' },
  model_not_found: { exit: 3, advice: 'Check the model name, or choose another with --model.' },
  model_unreachable: { exit: 1, advice: 'Is the server running, and the address right? Try again when it is.' },
  model_rate_limited: { exit: 1, advice: 'Wait a little and try again, or choose another model.' },
  model_overloaded: { exit: 1, advice: 'The provider is busy. Try again in a minute, or choose another model.' },
  model_server_error: { exit: 1, advice: 'The provider failed. Try again; if it stays, choose another model.' },
  model_bad_request: {
    exit: 1,
    advice: 'The provider refused the request. `glasshouse conversations show last --requests` shows what was sent.',
  },
  model_bad_response: { exit: 1, advice: 'The address answered, but not as a model server does. Check the address.' },
  model_stream_cut: { exit: 1, advice: 'The connection broke. What had arrived is kept; continue with `--continue`.' },
  model_silent: { exit: 1, advice: 'The model sent nothing for too long. Try again, or choose another model.' },
  model_no_tools: { exit: 1, advice: 'This model takes no tools; Glasshouse goes on without the provider’s tool calling.' },
  answer_invalid: { exit: 1, advice: 'Say more exactly what is wanted, or choose a more able model.' },
  model_refused: { exit: 1, advice: 'The model refused. Say it differently, or choose another model.' },
  model_crashed: { exit: 1, advice: 'The embedded model ended unexpectedly. What had arrived is kept; try again.' },
  model_out_of_credit: { exit: 3, advice: 'The account has no credit left. Top it up, or choose another model.' },
  model_cannot_see: { exit: 1, advice: 'Choose a model that takes such files, and let it answer again.' },
  context_too_long: {
    exit: 1,
    advice: 'Shorten the input, begin a new conversation, or choose a model with a larger window.',
  },
  // the embedded model's file
  model_file_missing: { exit: 3, advice: 'Fetch it with `glasshouse models pull`.' },
  model_file_damaged: { exit: 3, advice: 'The wrong file was deleted. Fetch it again with `glasshouse models pull`.' },
  model_download_failed: {
    exit: 3,
    advice:
      'Check the connection and try `glasshouse models pull` again: it goes on where it stopped. Or point at a file: `glasshouse models pull --file PATH`.',
  },
  // pictures and PDFs
  media_unsupported: { exit: 1, advice: 'PNG, JPEG, WebP and GIF pictures, PDFs and text files can be handed over.' },
  media_damaged: { exit: 1, advice: 'Open it to see what is wrong, and save it anew.' },
  media_too_large: { exit: 1, advice: 'Make it smaller, or put it into the workspace.' },
  media_missing: { exit: 1, advice: 'Attach the file again, then send.' },
  // tools
  tool_unknown: { exit: 1, advice: 'Use one of the tools that are offered.' },
  tool_input_invalid: { exit: 1, advice: 'Correct the input and call the tool again.' },
  tool_failed: { exit: 1, advice: 'Read the message and try another way.' },
  tool_denied: { exit: 4, advice: 'The person did not allow this. Do not try it again in another form; ask, or go on without.' },
  tool_unanswered: { exit: 4, advice: 'Run it where somebody can be asked, or allow it beforehand with --allow.' },
  tool_repeated: { exit: 1, advice: 'Its result will not change: use what you have, or try another way.' },
  tool_interrupted: { exit: 1, advice: 'It may have run. Look before doing it again.' },
  tool_cancelled: { exit: 130, advice: 'It was stopped.' },
  tool_timeout: { exit: 1, advice: 'It took too long and was ended with everything it had started.' },
  path_not_found: { exit: 1, advice: 'Look at the folder with list_directory, or search with find_files.' },
  path_outside_workspace: { exit: 1, advice: 'Only files inside the workspace can be used. Choose another folder with --workspace.' },
  path_protected: { exit: 1, advice: 'This place holds secrets or Glasshouse’s own data and is closed to tools.' },
  path_not_a_file: { exit: 1, advice: 'Give the path of a file.' },
  path_not_a_directory: { exit: 1, advice: 'Give the path of a folder.' },
  path_no_permission: { exit: 1, advice: 'The system does not allow this on that path.' },
  file_binary: { exit: 1, advice: 'This is not a text file; it cannot be read as text.' },
  file_too_large: { exit: 1, advice: 'Read a part of it with a line range, or search in it.' },
  document_encrypted: { exit: 1, advice: 'Ask the person for a copy without a password.' },
  document_damaged: { exit: 1, advice: 'The file is cut or damaged. Ask the person for another copy.' },
  document_too_large: { exit: 1, advice: 'Ask the person for a smaller document, or for the part that matters.' },
  document_unsupported: { exit: 1, advice: 'PDF, DOCX, XLSX, PPTX, CSV, HTML, EPUB and plain text can be read.' },
  web_address_refused: { exit: 1, advice: 'Only public pages of the web can be fetched: http or https, by their name.' },
  web_unreachable: { exit: 1, advice: 'Is the address right, and this machine online? Try again when it is.' },
  web_status: { exit: 1, advice: 'The server does not give this page. Look for another address.' },
  web_type_unsupported: { exit: 1, advice: 'Pages, text, JSON and documents can be fetched; pictures, sound, films and programs cannot.' },
  web_too_large: { exit: 1, advice: 'Look for a smaller page, or for the part that matters.' },
  search_not_set_up: {
    exit: 3,
    advice:
      'Save a key with `glasshouse settings set BRAVE_API_KEY` (or TAVILY_API_KEY), or name a SearXNG server: `glasshouse settings set search ADDRESS`.',
  },
  edit_no_match: { exit: 1, advice: 'Read the file again and give the old text exactly as it stands.' },
  edit_ambiguous: { exit: 1, advice: 'Give more of the surrounding text so that only one place matches.' },
  sandbox_missing: { exit: 3, advice: 'Install bubblewrap (`apt-get install bubblewrap`); until then commands are off.' },
  disk_full: { exit: 5, advice: 'Make room on the disk. Nothing was half-written.' },
  // the data folder
  database_newer: {
    exit: 5,
    advice: 'This data folder was written by a newer Glasshouse. Update, or use another folder with GLASSHOUSE_HOME.',
  },
  database_damaged: {
    exit: 5,
    advice: 'The file was left as it is. Restore it from a backup, or use another folder with GLASSHOUSE_HOME.',
  },
  database_busy: { exit: 5, advice: 'Another program holds the database. Try again in a moment.' },
  database_unusable: { exit: 5, advice: 'Check that the data folder can be written by you.' },
  version_conflict: { exit: 1, advice: 'The run was changed by another process. Look at it again.' },
  // conversations and runs
  conversation_not_found: { exit: 2, advice: 'See `glasshouse conversations list`.' },
  message_not_found: { exit: 2, advice: 'See `glasshouse conversations show`.' },
  conversation_ambiguous: { exit: 2, advice: 'Give more letters of the id.' },
  conversation_in_trash: { exit: 1, advice: 'Restore it first: `glasshouse conversations restore`.' },
  conversation_busy: { exit: 1, advice: 'A run is at work in this conversation. Wait for it, or stop it.' },
  run_not_found: { exit: 2, advice: 'See `glasshouse conversations show`.' },
  run_cancelled: { exit: 130, advice: 'What was said is kept. Go on with `--continue`.' },
  run_exhausted: { exit: 1, advice: 'The budget of the run is used up. Go on with `--continue`, or raise it with --max-steps.' },
  run_elsewhere: { exit: 1, advice: 'It is at work in another process: stop it, or answer it, in the terminal where it runs.' },
  interaction_settled: { exit: 1, advice: 'Somebody else answered first.' },
  interaction_not_found: { exit: 1, advice: 'The question is no longer open.' },
  request_not_found: { exit: 2, advice: 'See the requests of the conversation.' },
  call_not_found: { exit: 2, advice: 'See the calls of the conversation.' },
  upload_missing: { exit: 1, advice: 'Attach the file again, then send.' },
  // agents
  agent_not_found: { exit: 2, advice: 'See `glasshouse agents list`.' },
  agent_not_approved: { exit: 2, advice: 'Read it, then approve it: `glasshouse agents approve NAME`.' },
  agent_invalid: { exit: 2, advice: 'Nothing was changed.' },
  folder_not_found: { exit: 2, advice: 'See `glasshouse folders list`.' },
  folder_invalid: { exit: 2, advice: 'Nothing was changed.' },
  // the server
  unauthorized: { exit: 1, advice: 'Open the address that `npm start` printed: it brings the token.' },
  forbidden: { exit: 1, advice: 'Use the address that `npm start` printed.' },
  route_not_found: { exit: 1, advice: 'See /api/openapi.json for what there is.' },
  // usage
  usage: { exit: 2, advice: 'See `glasshouse --help`.' },
  workspace_missing: { exit: 2, advice: 'Give an existing folder with --workspace.' },
  setting_unknown: { exit: 2, advice: 'See `glasshouse settings get`.' },
  setting_invalid: { exit: 2, advice: 'See `glasshouse settings get` for the allowed values.' },
  internal: { exit: 1, advice: 'This is a fault of Glasshouse. The details are in the log.' },
} as const satisfies Record<string, { exit: number; advice: string }>;

export type FailureCode = keyof typeof FAILURES;

/** Every code there is. */
export const FAILURE_CODES = Object.keys(FAILURES) as readonly FailureCode[];

/**
 * An expected failure as a value. `message` says what was wrong and where, in one or two sentences,
 * without a stack trace and without a secret. `retryAfterMs` is what a server asked for, in milliseconds.
 */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  readonly retryAfterMs?: number;
}

export type Result<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly failure: Failure };

export function failure(code: FailureCode, message: string): Failure {
  return { code, message };
}

export function adviceFor(code: FailureCode): string {
  return FAILURES[code].advice;
}

export function exitCodeFor(code: FailureCode): number {
  return FAILURES[code].exit;
}

/** Thrown where a failure has to cross code that cannot return it; caught at the nearest edge and turned back into a value. */
export class FailureError extends Error {
  readonly failure: Failure;
  constructor(code: FailureCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'FailureError';
    this.failure = { code, message };
  }
}
