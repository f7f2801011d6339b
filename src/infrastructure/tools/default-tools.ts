import type { Tool } from '../../core/tools/tool.ts';
import { createAskPersonTool } from './ask-person.ts';
import { createCalculateTool } from './calculate.ts';
import { createEditFileTool } from './edit-file.ts';
import { createFetchPageTool } from './fetch-page.ts';
import { createFindFilesTool } from './find-files.ts';
import { INPUT_SCHEMAS } from './input-schemas.ts';
import { createListDirectoryTool } from './list-directory.ts';
import { createNowTool } from './now.ts';
import { createReadDocumentTool } from './read-document.ts';
import { createReadFileTool } from './read-file.ts';
import { createReadOutputTool } from './read-output.ts';
import { createRunCommandTool } from './run-command.ts';
import { createRunJavaScriptTool } from './run-javascript.ts';
import { createSearchFilesTool } from './search-files.ts';
import { createSearchWebTool } from './search-web.ts';
import type { ToolDependencies } from './tool-dependencies.ts';
import { createUpdatePlanTool } from './update-plan.ts';
import type { SearchDeps } from './web/search-services.ts';
import { createWebNetwork } from './web/web-network.ts';
import { createViewImageTool } from './view-image.ts';
import { createWriteFileTool } from './write-file.ts';

export type { ToolDependencies } from './tool-dependencies.ts';

/** Where nobody can set a service up. */
const NO_SEARCH: SearchDeps = { env: {}, secrets: { get: async () => null, list: async () => [] }, choice: async () => null };

/** The tools that every agent has, in the order in which models are told of them. */
export function createDefaultTools(dependencies: ToolDependencies): Tool[] {
  const web = { network: dependencies.network ?? createWebNetwork(), env: dependencies.env ?? {} };
  const tools = [
    createReadFileTool(dependencies),
    createReadDocumentTool(dependencies),
    createViewImageTool(dependencies),
    createListDirectoryTool(dependencies),
    createFindFilesTool(dependencies),
    createSearchFilesTool(dependencies),
    createWriteFileTool(dependencies),
    createEditFileTool(dependencies),
    createRunCommandTool(dependencies),
    createSearchWebTool(web, dependencies.search ?? NO_SEARCH),
    createFetchPageTool(web),
    createCalculateTool(),
    createRunJavaScriptTool(),
    createAskPersonTool(),
    createUpdatePlanTool(),
    createNowTool(dependencies.clock),
    createReadOutputTool(),
  ];
  return tools.map((tool) => Object.assign(tool, { inputSchema: INPUT_SCHEMAS[tool.name] }));
}
