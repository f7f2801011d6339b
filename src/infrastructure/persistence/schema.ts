/**
 * The database's history: each entry brings it from version n to n + 1, in one transaction.
 * Entries are never changed once they were released; a change is a new entry.
 */
export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE workspace (id TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL) STRICT;

CREATE TABLE conversation (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, parent_call_id TEXT, workspace TEXT NOT NULL, title TEXT NOT NULL,
  head_message_id TEXT, mode TEXT NOT NULL, plan TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX conversation_recent ON conversation (updated_at DESC);
CREATE INDEX conversation_in_workspace ON conversation (workspace, updated_at DESC);

CREATE TABLE message (
  id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL, parent_id TEXT, run_id TEXT, role TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX message_of_conversation ON message (conversation_id, created_at);

CREATE TABLE part (
  id TEXT PRIMARY KEY, message_id TEXT NOT NULL, conversation_id TEXT NOT NULL, step_id TEXT, ord INTEGER NOT NULL, type TEXT NOT NULL,
  text TEXT NOT NULL, data TEXT, trust TEXT NOT NULL, state TEXT NOT NULL
) STRICT;
CREATE INDEX part_of_conversation ON part (conversation_id);
CREATE INDEX part_open ON part (state) WHERE state = 'open';

CREATE TABLE draft_chunk (owner_id TEXT NOT NULL, offset INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (owner_id, offset)) STRICT, WITHOUT ROWID;

CREATE TABLE input (
  id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL, run_id TEXT NOT NULL, message_id TEXT NOT NULL, delivery TEXT NOT NULL,
  state TEXT NOT NULL, actor TEXT NOT NULL, message TEXT, created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX input_waiting ON input (conversation_id, state);

CREATE TABLE run (
  id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL, input_id TEXT NOT NULL, parent_run_id TEXT, root_run_id TEXT NOT NULL, kind TEXT NOT NULL,
  state TEXT NOT NULL, return_to TEXT, version INTEGER NOT NULL, owner TEXT NOT NULL, model TEXT NOT NULL, budget TEXT NOT NULL,
  usage TEXT, cost REAL, failure TEXT, created_at INTEGER NOT NULL, ended_at INTEGER
) STRICT;
CREATE INDEX run_of_conversation ON run (conversation_id, created_at);
CREATE INDEX run_active ON run (owner) WHERE state NOT IN ('completed', 'cancelled', 'failed', 'exhausted', 'suspended');

CREATE TABLE step (
  id TEXT PRIMARY KEY, run_id TEXT NOT NULL, conversation_id TEXT NOT NULL, message_id TEXT NOT NULL, ord INTEGER NOT NULL, attempt INTEGER NOT NULL,
  purpose TEXT NOT NULL, model TEXT NOT NULL, request_id TEXT NOT NULL, usage TEXT, cost REAL, finish TEXT, failure TEXT,
  started_at INTEGER NOT NULL, ended_at INTEGER
) STRICT;
CREATE INDEX step_of_conversation ON step (conversation_id, started_at);

CREATE TABLE tool_call (
  id TEXT PRIMARY KEY, provider_call_id TEXT NOT NULL, conversation_id TEXT NOT NULL, run_id TEXT NOT NULL, step_id TEXT NOT NULL,
  message_id TEXT NOT NULL, ord INTEGER NOT NULL, tool TEXT NOT NULL, input TEXT NOT NULL, effect TEXT NOT NULL, touches TEXT NOT NULL,
  words TEXT, state TEXT NOT NULL, authorisation TEXT, output TEXT, output_blob TEXT, trust TEXT NOT NULL, failure TEXT, started_at INTEGER, ended_at INTEGER
) STRICT;
CREATE INDEX tool_call_of_conversation ON tool_call (conversation_id);

CREATE TABLE interaction (
  id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL, run_id TEXT NOT NULL, root_run_id TEXT NOT NULL, prompt TEXT NOT NULL, digest TEXT NOT NULL,
  state TEXT NOT NULL, answer TEXT, answered_by TEXT, created_at INTEGER NOT NULL, closed_at INTEGER
) STRICT;
CREATE INDEX interaction_of_conversation ON interaction (conversation_id, state);

CREATE TABLE rule (
  id TEXT PRIMARY KEY, scope TEXT NOT NULL, scope_id TEXT, tool TEXT NOT NULL, pattern TEXT, decision TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE file_change (
  id TEXT PRIMARY KEY, call_id TEXT NOT NULL, conversation_id TEXT NOT NULL, path TEXT NOT NULL, before TEXT, mode_before INTEGER, created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX file_change_of_conversation ON file_change (conversation_id, created_at);

CREATE TABLE trim (
  id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL, through TEXT NOT NULL, units_dropped INTEGER NOT NULL,
  tokens_before INTEGER NOT NULL, tokens_after INTEGER NOT NULL, created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX trim_of_conversation ON trim (conversation_id, created_at);

CREATE TABLE request (
  id TEXT PRIMARY KEY, step_id TEXT NOT NULL, conversation_id TEXT NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL, headers TEXT NOT NULL,
  prefix_id TEXT, prefix_count INTEGER NOT NULL, created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX request_of_conversation ON request (conversation_id, created_at);
CREATE TABLE request_span (
  request_id TEXT NOT NULL, ord INTEGER NOT NULL, hash TEXT NOT NULL, section TEXT NOT NULL, source TEXT NOT NULL, trust TEXT NOT NULL,
  cache_breakpoint INTEGER NOT NULL, PRIMARY KEY (request_id, ord)
) STRICT, WITHOUT ROWID;

CREATE TABLE blob (conversation_id TEXT NOT NULL, hash TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (conversation_id, hash)) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT NOT NULL, run_id TEXT NOT NULL, version INTEGER NOT NULL,
  type TEXT NOT NULL, v INTEGER NOT NULL, actor TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX event_of_run ON event (run_id, version);

CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE search_doc (
  id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT NOT NULL, message_id TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX search_doc_of_conversation ON search_doc (conversation_id);
CREATE VIRTUAL TABLE search_index USING fts5 (text, content = 'search_doc', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1);
CREATE TABLE search_mark (indexed_through INTEGER NOT NULL) STRICT;
INSERT INTO search_mark (indexed_through) VALUES (0);
CREATE TRIGGER search_doc_removed AFTER DELETE ON search_doc WHEN old.id <= (SELECT indexed_through FROM search_mark) BEGIN
  INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', old.id, old.text);
END;
`,
  `ALTER TABLE conversation ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;`,
  // A long conversation is read from its end, a stretch at a time: what belongs to a message is found by it.
  `
DROP INDEX part_of_conversation;
CREATE INDEX part_of_message ON part (conversation_id, message_id);
DROP INDEX tool_call_of_conversation;
CREATE INDEX tool_call_of_message ON tool_call (conversation_id, message_id);
`,
  // A conversation is a tree: the versions of a message are found by the message before them, and each branch has the plan that was made on it.
  `
CREATE INDEX message_below ON message (conversation_id, parent_id);
ALTER TABLE message ADD COLUMN plan TEXT;
UPDATE message SET plan = (SELECT plan FROM conversation WHERE head_message_id = message.id);
`,
  // Out of the list: put away, or in the trash (since when; milliseconds since 1970).
  `
ALTER TABLE conversation ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN trashed_at INTEGER;
CREATE INDEX conversation_trashed ON conversation (trashed_at) WHERE trashed_at IS NOT NULL;
`,
  // What a step's cost was reckoned with: prices change.
  `ALTER TABLE step ADD COLUMN price TEXT;`,
  // What is kept for a time only: after how many days the words of a request, or a file as it was, were taken away.
  `
ALTER TABLE request ADD COLUMN removed_after INTEGER;
ALTER TABLE file_change ADD COLUMN removed_after INTEGER;
CREATE INDEX request_with_words ON request (created_at) WHERE removed_after IS NULL;
CREATE INDEX file_change_with_image ON file_change (created_at) WHERE before IS NOT NULL;
`,
  // Pictures: of a request's span, whose bytes they are (hash and tokens); of a call, what the model was shown. Of a run, the form of its answer.
  `
ALTER TABLE request_span ADD COLUMN media TEXT;
ALTER TABLE tool_call ADD COLUMN media TEXT;
ALTER TABLE run ADD COLUMN answer_schema TEXT;
`,
  // Agents and folders; who made a title (words, model, person); the order of what waits, where it was changed.
  `
CREATE TABLE agent (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, about TEXT NOT NULL, instructions TEXT NOT NULL, model TEXT, tools TEXT, starters TEXT NOT NULL,
  approved INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE folder (id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;
ALTER TABLE conversation ADD COLUMN agent_id TEXT;
ALTER TABLE conversation ADD COLUMN folder_id TEXT;
ALTER TABLE conversation ADD COLUMN titled_by TEXT NOT NULL DEFAULT 'words';
CREATE INDEX conversation_in_folder ON conversation (folder_id) WHERE folder_id IS NOT NULL;
ALTER TABLE input ADD COLUMN place INTEGER;
`,
];
