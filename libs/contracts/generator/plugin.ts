import { createEcmaScriptPlugin, type Schema } from '@bufbuild/protoplugin';
import { checkModel } from './check.js';
import { messagesSource } from './messages.js';
import type { Problem } from './model.js';
import { openApi } from './openapi.js';
import { eventsSource, indexSource, operationsSource, rolesSource } from './operations.js';
import { readModel } from './read.js';

/** Derives everything from the contract: classes, operation table, events, roles and `openapi.json`. */
export const plugin = createEcmaScriptPlugin({ name: 'protoc-gen-tenantry', version: 'v1', generateTs });

function generateTs(schema: Schema): void {
  const problems: string[] = [];
  const problem: Problem = (where, what) => void problems.push(`${where} ${what}`);
  const files = [...schema.files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const model = readModel(files, problem);
  checkModel(model, problem);
  if (problems.length) {
    throw new Error(`the contract has ${problems.length} problem(s):\n  ${[...new Set(problems)].join('\n  ')}`);
  }
  const write = (path: string, text: string): void => schema.generateFile(path).print(text);
  for (const file of model.files.filter(({ messages }) => messages.length)) {
    write(`src/gen/${file.path}.ts`, messagesSource(model, file).toString());
  }
  write('src/gen/events.ts', eventsSource(model).toString());
  write('src/gen/operations.ts', operationsSource(model).toString());
  write('src/gen/roles.ts', rolesSource(model).toString());
  write('src/gen/index.ts', indexSource(model).toString());
  write('openapi.json', JSON.stringify(openApi(model), null, 2));
}
