import { oc, type ContractRouterClient } from '@orpc/contract';
import * as z from 'zod';
import type { GlasshouseClient } from './client.ts';
import { LARGEST_PDF } from '../core/models/media-format.ts';
import { AGENT_FILE_LIMIT } from '../core/models/agent-profile.ts';
import { FOLDER_NAME_LIMIT } from '../core/models/folder.ts';
import { agentView, savedAgent, wholeAgent } from './schemas/agent.ts';
import { conversation, input, media, message, mode, place, plan, searchHit, trim, trust } from './schemas/conversation.ts';
import {
  aboutView,
  backupView,
  dataView,
  finding,
  folderView,
  foundHere,
  instructionsView,
  modelLine,
  networkTest,
  pruned,
  setting,
  storageView,
  toolLine,
  workspaceLine,
} from './schemas/machine.ts';
import { requestLine, requestView } from './schemas/request.ts';
import { failure, price, recordedRun, runLine, runStateName } from './schemas/run.ts';
import { interaction, interactionAnswer, rule, ruleDecision, ruleScope, toolCall } from './schemas/tool-call.ts';

/** Characters of a message, of the texts that come with it, of a title, of what a window remembers. */
const TEXT_LIMIT = 400_000;
const TITLE_LIMIT = 200;
const MEMORY_KEY_LIMIT = 200;
const MEMORY_VALUE_LIMIT = 100_000;
/** Messages that are read at once, where not all are. */
const STRETCH_LIMIT = 2_000;
/** Bytes of one uploaded file. */
const UPLOAD_LIMIT = LARGEST_PDF;

const id = z.string().min(1).max(100);
const limit = z.coerce.number().int().min(1).max(1_000).optional();
const folderPath = z.string().min(1).max(4_096);
const nothing = z.object({});

/** A list that is only read. Not `readonly()`: in a document that would mean that it must not be sent. */
function few<Item>(item: z.ZodType<Item, Item>): z.ZodType<readonly Item[], readonly Item[]> {
  return z.array(item).max(20);
}

const attachment = z.union([
  z.object({ name: z.string().max(500), text: z.string().max(TEXT_LIMIT), trust }),
  z.object({ name: z.string().max(500), media, trust }),
]);
/** Several conversations. */
const many = z.array(id).min(1).max(1_000) as z.ZodType<readonly string[], readonly string[]>;
const folder = z.object({ id: z.string(), name: z.string(), createdAt: z.number() });

const sent = z.object({ conversationId: z.string(), runId: z.string() });
const runAgain = { commandId: z.uuid(), conversationId: id, messageId: id, model: z.string().max(500).optional() };
const conversationLine = conversation.extend({
  pinned: z.boolean(),
  archived: z.boolean(),
  messages: z.number(),
  lastRunState: runStateName.nullable(),
  openInteractions: z.number(),
});

const stretchView = z.object({
  before: z.string().nullable(),
  messages: z.array(message),
  calls: z.array(toolCall),
  cutCalls: z.array(z.string()),
  interactions: z.array(interaction),
  runs: z.array(runLine),
  branches: z.array(z.object({ parentId: z.string().nullable(), messageIds: z.array(z.string()) })),
});

const conversationView = stretchView.extend({
  seq: z.number(),
  conversation: conversation.extend({ pinned: z.boolean(), archived: z.boolean() }),
  running: z.record(z.string(), z.string()),
  plan: plan.nullable(),
  trim: trim.nullable(),
  waiting: z.array(
    z.object({
      input,
      messageId: z.string().exactOptional(),
      text: z.string(),
      attachments: z.array(attachment),
    }),
  ),
});

/**
 * Every procedure, with what it takes, what it gives, and where it lies in REST. The server implements it, the page's client is typed
 * by it, the OpenAPI document is made of it.
 */
export const procedures = {
  conversations: {
    list: oc
      .route({ method: 'GET', path: '/conversations', tags: ['Conversations'], summary: 'Conversations, the newest first' })
      .input(z.object({ limit, workspace: z.string().optional(), place: place.optional() }))
      .output(z.object({ conversations: z.array(conversationLine) })),
    get: oc
      .route({ method: 'GET', path: '/conversations/{id}', tags: ['Conversations'], summary: 'One conversation, whole or its end' })
      .input(z.object({ id, last: z.coerce.number().int().min(1).max(STRETCH_LIMIT).optional() }))
      .output(conversationView),
    earlier: oc
      .route({ method: 'GET', path: '/conversations/{id}/earlier', tags: ['Conversations'], summary: 'Messages up to one of them' })
      .input(z.object({ id, through: id, limit: z.coerce.number().int().min(1).max(STRETCH_LIMIT).optional() }))
      .output(stretchView),
    update: oc
      .route({
        method: 'PATCH',
        path: '/conversations/{id}',
        tags: ['Conversations'],
        summary: 'Change title, pin, place in the archive or mode',
      })
      .input(
        z.object({
          id,
          title: z.string().trim().min(1).max(TITLE_LIMIT).optional(),
          pinned: z.boolean().optional(),
          archived: z.boolean().optional(),
          mode: mode.optional(),
          folderId: id.nullable().optional(),
        }),
      )
      .output(conversationLine),
    change: oc
      .route({ method: 'POST', path: '/conversations/change', tags: ['Conversations'], summary: 'Move, archive or trash several at once' })
      .input(z.object({ ids: many, archived: z.boolean().optional(), trashed: z.boolean().optional(), folderId: id.nullable().optional() }))
      .output(z.object({ changed: z.array(z.string()), refused: z.array(z.object({ id: z.string(), failure })) })),
    exportMany: oc
      .route({
        method: 'POST',
        path: '/conversations/export',
        tags: ['Conversations'],
        summary: 'A one-time address of a file with several',
      })
      .input(z.object({ ids: many, format: z.enum(['markdown', 'json']) }))
      .output(z.object({ url: z.string() })),
    trash: oc
      .route({ method: 'POST', path: '/conversations/{id}/trash', tags: ['Conversations'], summary: 'Put it into the trash, for 30 days' })
      .input(z.object({ id }))
      .output(conversationLine),
    restore: oc
      .route({ method: 'POST', path: '/conversations/{id}/restore', tags: ['Conversations'], summary: 'Take it out of the trash' })
      .input(z.object({ id }))
      .output(conversationLine),
    delete: oc
      .route({ method: 'DELETE', path: '/conversations/{id}', tags: ['Conversations'], summary: 'Delete it so that no byte is left' })
      .input(z.object({ id }))
      .output(z.object({ deleted: z.boolean() })),
    export: oc
      .route({
        method: 'POST',
        path: '/conversations/{id}/export',
        tags: ['Conversations'],
        summary: 'A one-time address of a file with it',
      })
      .input(z.object({ id, format: z.enum(['markdown', 'json', 'html']) }))
      .output(z.object({ url: z.string() })),
  },
  messages: {
    send: oc
      .route({
        method: 'POST',
        path: '/messages',
        tags: ['Messages'],
        summary: 'Say something; a run starts, or it waits for its turn',
        successStatus: 202,
      })
      .input(
        z.object({
          commandId: z.uuid(),
          conversationId: id.optional(),
          workspace: z.string().max(4_096).optional(),
          text: z.string().max(TEXT_LIMIT),
          uploads: few(id).optional(),
          attachments: few(attachment).optional(),
          model: z.string().max(500).optional(),
          mode: mode.optional(),
          agentId: id.optional(),
          whenBusy: z.enum(['steer', 'follow_up', 'refuse']).optional(),
        }),
      )
      .output(sent),
    edit: oc
      .route({
        method: 'POST',
        path: '/conversations/{conversationId}/messages/{messageId}/edit',
        tags: ['Messages'],
        summary: 'Say it in other words, beside what was said before; a run starts',
        successStatus: 202,
      })
      .input(z.object({ ...runAgain, text: z.string().trim().min(1).max(TEXT_LIMIT) }))
      .output(sent),
    answerAgain: oc
      .route({
        method: 'POST',
        path: '/conversations/{conversationId}/messages/{messageId}/again',
        tags: ['Messages'],
        summary: 'A new answer, beside the one before; a run starts',
        successStatus: 202,
      })
      .input(z.object(runAgain))
      .output(sent),
    leadThrough: oc
      .route({
        method: 'POST',
        path: '/conversations/{conversationId}/messages/{messageId}/lead',
        tags: ['Messages'],
        summary: 'Show the branch that it stands on, to its newest end',
      })
      .input(z.object({ conversationId: id, messageId: id }))
      .output(z.object({ headMessageId: z.string() })),
    editWaiting: oc
      .route({ method: 'PATCH', path: '/waiting/{inputId}', tags: ['Messages'], summary: 'Change words that wait for their turn' })
      .input(z.object({ inputId: id, text: z.string().trim().min(1).max(TEXT_LIMIT) }))
      .output(z.object({ changed: z.boolean() })),
    moveWaiting: oc
      .route({ method: 'POST', path: '/waiting/{inputId}/move', tags: ['Messages'], summary: 'Change the order of what waits' })
      .input(z.object({ inputId: id, before: id.nullable() }))
      .output(z.object({ moved: z.boolean() })),
    withdrawWaiting: oc
      .route({ method: 'DELETE', path: '/waiting/{inputId}', tags: ['Messages'], summary: 'Take back words that wait for their turn' })
      .input(z.object({ inputId: id }))
      .output(z.object({ withdrawn: z.boolean() })),
  },
  uploads: {
    ticket: oc
      .route({
        method: 'POST',
        path: '/uploads',
        tags: ['Messages'],
        summary: 'A one-time address to PUT a picture, a PDF or a text file to',
      })
      .input(z.object({ name: z.string().min(1).max(500), bytes: z.number().int().min(0).max(UPLOAD_LIMIT) }))
      .output(z.object({ ticket: z.string(), url: z.string() })),
  },
  runs: {
    list: oc
      .route({ method: 'GET', path: '/conversations/{conversationId}/runs', tags: ['Runs'], summary: 'Runs with their steps' })
      .input(z.object({ conversationId: id }))
      .output(z.object({ runs: z.array(recordedRun) })),
    stop: oc
      .route({ method: 'POST', path: '/runs/{runId}/stop', tags: ['Runs'], summary: 'Stop a run and everything it started' })
      .input(z.object({ runId: id }))
      .output(z.object({ stopped: z.boolean() })),
    resume: oc
      .route({
        method: 'POST',
        path: '/conversations/{conversationId}/resume',
        tags: ['Runs'],
        summary: 'Go on with a suspended run',
        successStatus: 202,
      })
      .input(z.object({ conversationId: id }))
      .output(sent),
  },
  calls: {
    output: oc
      .route({
        method: 'GET',
        path: '/conversations/{conversationId}/calls/{callId}/output',
        tags: ['Runs'],
        summary: 'The whole output of a call',
      })
      .input(z.object({ conversationId: id, callId: id }))
      .output(z.object({ text: z.string(), trust })),
  },
  interactions: {
    answer: oc
      .route({ method: 'POST', path: '/interactions/{interactionId}/answer', tags: ['Runs'], summary: 'Answer what a run asks' })
      .input(z.object({ interactionId: id, answer: interactionAnswer }))
      .output(nothing),
  },
  requests: {
    list: oc
      .route({ method: 'GET', path: '/conversations/{conversationId}/requests', tags: ['Ledger'], summary: 'Requests that went to models' })
      .input(z.object({ conversationId: id }))
      .output(z.object({ requests: z.array(requestLine) })),
    get: oc
      .route({
        method: 'GET',
        path: '/conversations/{conversationId}/requests/{requestId}',
        tags: ['Ledger'],
        summary: 'One request, byte for byte',
      })
      .input(z.object({ conversationId: id, requestId: id }))
      .output(requestView),
  },
  rules: {
    list: oc
      .route({ method: 'GET', path: '/rules', tags: ['Rules'], summary: 'Saved rules, and how often each has allowed a call' })
      .input(nothing)
      .output(z.object({ rules: z.array(rule.extend({ used: z.number() })) })),
    add: oc
      .route({ method: 'POST', path: '/rules', tags: ['Rules'], summary: 'Save a rule' })
      .input(
        z.object({
          scope: ruleScope,
          scopeId: z.string().max(4_096).nullable(),
          tool: z.string().min(1).max(200),
          pattern: z.string().max(2_000).nullable(),
          decision: ruleDecision,
        }),
      )
      .output(rule),
    remove: oc
      .route({ method: 'DELETE', path: '/rules/{id}', tags: ['Rules'], summary: 'Revoke a rule' })
      .input(z.object({ id }))
      .output(z.object({ removed: z.boolean() })),
  },
  tools: {
    list: oc
      .route({ method: 'GET', path: '/tools', tags: ['Rules'], summary: 'The tools, and how often each was called' })
      .input(nothing)
      .output(z.object({ tools: z.array(toolLine) })),
  },
  models: {
    list: oc
      .route({ method: 'GET', path: '/models', tags: ['Models'], summary: 'The models that can be asked, and where the words go' })
      .input(nothing)
      .output(z.object({ models: z.array(modelLine) })),
    pull: oc
      .route({ method: 'POST', path: '/models/pull', tags: ['Models'], summary: 'Begin to fetch a model’s file', successStatus: 202 })
      .input(z.object({ id: z.string().min(1).max(500) }))
      .output(z.object({ started: z.boolean() })),
    stopPull: oc
      .route({ method: 'POST', path: '/models/pull/stop', tags: ['Models'], summary: 'Stop fetching it; what arrived is kept' })
      .input(z.object({ id: z.string().min(1).max(500) }))
      .output(z.object({ stopped: z.boolean() })),
    setPrice: oc
      .route({
        method: 'PUT',
        path: '/models/price',
        tags: ['Models'],
        summary: 'Say what a model costs; null: as the shipped table has it',
      })
      .input(z.object({ id: z.string().min(1).max(500), price: price.omit({ asOf: true, isOwn: true }).nullable() }))
      .output(z.object({ price: price.nullable() })),
  },
  folders: {
    list: oc
      .route({ method: 'GET', path: '/conversation-folders', tags: ['Folders'], summary: 'Folders of the list' })
      .input(nothing)
      .output(z.object({ folders: z.array(folder) })),
    save: oc
      .route({ method: 'PUT', path: '/conversation-folders', tags: ['Folders'], summary: 'Make a folder, or rename one' })
      .input(z.object({ id: id.optional(), name: z.string().max(FOLDER_NAME_LIMIT * 4) }))
      .output(folder),
    delete: oc
      .route({ method: 'DELETE', path: '/conversation-folders/{id}', tags: ['Folders'], summary: 'Delete it; its conversations stay' })
      .input(z.object({ id }))
      .output(z.object({ deleted: z.boolean() })),
  },
  agents: {
    list: oc
      .route({ method: 'GET', path: '/agents', tags: ['Agents'], summary: 'All agents that were made' })
      .input(nothing)
      .output(z.object({ agents: z.array(agentView) })),
    save: oc
      .route({ method: 'PUT', path: '/agents', tags: ['Agents'], summary: 'Make an agent, or change one' })
      .input(savedAgent)
      .output(agentView),
    duplicate: oc
      .route({ method: 'POST', path: '/agents/{id}/duplicate', tags: ['Agents'], summary: 'Another one like it' })
      .input(z.object({ id }))
      .output(agentView),
    import: oc
      .route({ method: 'POST', path: '/agents/import', tags: ['Agents'], summary: 'Take in an agent from the text of a file' })
      .input(z.object({ text: z.string().max(AGENT_FILE_LIMIT * 2) }))
      .output(agentView),
    approve: oc
      .route({ method: 'POST', path: '/agents/{id}/approve', tags: ['Agents'], summary: 'Let it take effect, as it was shown' })
      .input(z.object({ id, digest: z.string().max(200) }))
      .output(z.object({ approved: z.boolean() })),
    export: oc
      .route({ method: 'POST', path: '/agents/{id}/export', tags: ['Agents'], summary: 'A one-time address of a file with it' })
      .input(z.object({ id }))
      .output(z.object({ url: z.string() })),
    delete: oc
      .route({ method: 'DELETE', path: '/agents/{id}', tags: ['Agents'], summary: 'Delete it; its conversations stay' })
      .input(z.object({ id }))
      .output(z.object({ deleted: z.boolean() })),
    restore: oc
      .route({ method: 'POST', path: '/agents/restore', tags: ['Agents'], summary: 'Put back one that was deleted' })
      .input(wholeAgent)
      .output(agentView),
  },
  settings: {
    list: oc
      .route({ method: 'GET', path: '/settings', tags: ['Settings'], summary: 'Settings; of keys only whether there is one' })
      .input(nothing)
      .output(z.object({ settings: z.array(setting) })),
    set: oc
      .route({ method: 'PUT', path: '/settings/{key}', tags: ['Settings'], summary: 'Change a setting, or keep a key' })
      .input(z.object({ key: z.string().min(1).max(200), value: z.string().max(10_000) }))
      .output(z.object({ shown: z.string() })),
    remove: oc
      .route({ method: 'DELETE', path: '/settings/{key}', tags: ['Settings'], summary: 'Forget a setting or a key' })
      .input(z.object({ key: z.string().min(1).max(200) }))
      .output(z.object({ removed: z.boolean() })),
  },
  memory: {
    all: oc
      .route({ method: 'GET', path: '/memory', tags: ['Settings'], summary: 'What the windows remember' })
      .input(nothing)
      .output(z.object({ values: z.record(z.string(), z.string()) })),
    set: oc
      .route({ method: 'PUT', path: '/memory/{key}', tags: ['Settings'], summary: 'Remember a small text; an empty one is forgotten' })
      .input(z.object({ key: z.string().min(1).max(MEMORY_KEY_LIMIT), value: z.string().max(MEMORY_VALUE_LIMIT) }))
      .output(nothing),
  },
  search: oc
    .route({ method: 'GET', path: '/search', tags: ['Conversations'], summary: 'Search messages, tool inputs and results' })
    .input(z.object({ query: z.string().max(1_000), limit }))
    .output(z.object({ hits: z.array(searchHit), notes: z.array(z.string()) })),
  workspaces: {
    list: oc
      .route({ method: 'GET', path: '/workspaces', tags: ['Workspaces'], summary: 'Folders that were worked in' })
      .input(nothing)
      .output(z.object({ workspaces: z.array(workspaceLine) })),
    folders: oc
      .route({ method: 'GET', path: '/folders', tags: ['Workspaces'], summary: 'Folders inside a folder' })
      .input(z.object({ path: z.string().max(4_096).optional() }))
      .output(folderView),
    files: oc
      .route({ method: 'GET', path: '/workspaces/files', tags: ['Workspaces'], summary: 'Files by what was typed of their path' })
      .input(z.object({ path: folderPath, query: z.string().max(200) }))
      .output(z.object({ files: z.array(z.string()) })),
    example: oc
      .route({ method: 'POST', path: '/workspaces/example', tags: ['Workspaces'], summary: 'The small example folder' })
      .input(nothing)
      .output(workspaceLine),
    instructions: oc
      .route({ method: 'GET', path: '/workspaces/instructions', tags: ['Workspaces'], summary: 'What a folder asks of agents' })
      .input(z.object({ path: folderPath }))
      .output(instructionsView),
    approveInstructions: oc
      .route({ method: 'POST', path: '/workspaces/instructions/approve', tags: ['Workspaces'], summary: 'Let models be told of it' })
      .input(z.object({ path: folderPath, digest: z.string().max(200) }))
      .output(z.object({ approved: z.boolean() })),
    forgetInstructions: oc
      .route({ method: 'POST', path: '/workspaces/instructions/forget', tags: ['Workspaces'], summary: 'Tell models of it no more' })
      .input(z.object({ path: folderPath }))
      .output(z.object({ forgotten: z.boolean() })),
  },
  system: {
    found: oc
      .route({ method: 'GET', path: '/system/found', tags: ['System'], summary: 'Keys, servers and models on this machine' })
      .input(nothing)
      .output(foundHere),
    incognito: oc
      .route({
        method: 'POST',
        path: '/system/incognito',
        tags: ['System'],
        summary: 'Make a window ready of which nothing is kept; the address opens it once',
      })
      .input(nothing)
      .output(z.object({ url: z.string() })),
    doctor: oc
      .route({ method: 'GET', path: '/system/doctor', tags: ['System'], summary: 'What is there, and what is missing' })
      .input(nothing)
      .output(z.object({ findings: z.array(finding) })),
    data: oc
      .route({ method: 'GET', path: '/system/data', tags: ['System'], summary: 'Where the data is, and how much' })
      .input(nothing)
      .output(dataView),
    newerVersion: oc
      .route({ method: 'GET', path: '/system/newer', tags: ['System'], summary: 'A newer version, where the person wants to know' })
      .input(nothing)
      .output(z.object({ newer: z.string().nullable() })),
    testNetwork: oc
      .route({ method: 'POST', path: '/system/network/test', tags: ['System'], summary: 'Ask an address by the way out that is set' })
      .input(z.object({ address: z.string().max(2_000).optional() }))
      .output(networkTest),
    diagnostics: oc
      .route({
        method: 'GET',
        path: '/system/diagnostics',
        tags: ['System'],
        summary: 'Versions, settings, checks and faults, without names',
      })
      .input(nothing)
      .output(z.object({ text: z.string() })),
    storage: oc
      .route({
        method: 'GET',
        path: '/system/storage',
        tags: ['System'],
        summary: 'What uses space, how long it is kept, what would go now',
      })
      .input(nothing)
      .output(storageView),
    prune: oc
      .route({ method: 'POST', path: '/system/storage/prune', tags: ['System'], summary: 'Take away now what is older than it is kept' })
      .input(nothing)
      .output(z.object({ gone: pruned })),
    backup: oc
      .route({ method: 'POST', path: '/system/backup', tags: ['System'], summary: 'A one-time address of a checked copy of the database' })
      .input(nothing)
      .output(backupView),
    about: oc
      .route({ method: 'GET', path: '/system/about', tags: ['System'], summary: 'Version and licences' })
      .input(nothing)
      .output(aboutView),
  },
};

type Fitting<Client extends GlasshouseClient> = Client;
/** What a client made of the procedures is. Compiles only while it fits the {@link GlasshouseClient} that the page is written against. */
export type ProceduresClient = Fitting<ContractRouterClient<typeof procedures>>;
