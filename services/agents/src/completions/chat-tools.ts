import type { ChatTool } from '@tenantry/contracts';
import type { ToolChoice, ToolDeclaration } from '../models/model-port.js';
import { invalid, isObject } from './invalid.js';

const MAX_SCHEMA_CHARS = 65_536;
const MAX_DEPTH = 20;
const EMPTY = { type: 'object', properties: {} } as const;

/** Reads the tools of a request. @throws Fault `invalid-input` naming the one that no model could use */
export function readTools(tools: readonly ChatTool[]): ToolDeclaration[] {
  const names = new Set<string>();
  return tools.map(({ function: { name, description, parameters, strict } }, index) => {
    const field = `tools[${index}].function`;
    if (names.has(name)) throw invalid(`${field}.name`, 'is the name of another tool, too');
    names.add(name);
    const schema = readSchema(parameters, `${field}.parameters`);
    return { name, description: description ?? null, parameters: schema, isStrict: strict ?? false };
  });
}

/** A schema of arguments: an object, of bounded size and depth. Its meaning is between caller and model. */
function readSchema(schema: unknown, field: string): Readonly<Record<string, unknown>> {
  if (schema == null) return EMPTY;
  if (!isObject(schema) || (schema.type ?? 'object') !== 'object')
    throw invalid(field, 'must be a JSON Schema of type object');
  if (schema.properties !== undefined && !isObject(schema.properties))
    throw invalid(field, 'has properties that are no object');
  if (schema.required !== undefined && !isListOfNames(schema.required))
    throw invalid(field, 'has a required that is no list of names');
  if (JSON.stringify(schema).length > MAX_SCHEMA_CHARS)
    throw invalid(field, `is larger than ${MAX_SCHEMA_CHARS} characters`);
  if (isDeeper(schema, MAX_DEPTH)) throw invalid(field, `is nested deeper than ${MAX_DEPTH} levels`);
  return schema;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1));
}

/** Reads which tools must be called. @throws Fault `invalid-input` when it names a tool that is not there */
export function readToolChoice(choice: unknown, tools: readonly ToolDeclaration[]): ToolChoice {
  if (choice == null || choice === 'auto') return 'auto';
  if (choice === 'none') return choice;
  if (tools.length === 0) throw invalid('tool_choice', 'needs tools');
  if (choice === 'required') return choice;
  const wanted = isObject(choice) && isObject(choice.function) ? choice.function.name : undefined;
  const tool = tools.find(({ name }) => name === wanted);
  if (!tool) throw invalid('tool_choice', 'must be auto, none, required, or name one of the tools');
  return { name: tool.name };
}

function isListOfNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
