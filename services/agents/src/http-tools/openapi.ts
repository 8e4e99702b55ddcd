import { Fault, type FieldProblem } from '@tenantry/kernel';
import { isObject } from '../completions/invalid.js';
import { SchemaProblem } from '../schemas/json-schema.js';
import { namesTenant } from '../tools/tenant-argument.js';
import { readOperation } from './openapi-operation.js';
import type { HttpTool, Method } from './http-tool.js';

type Node = Readonly<Record<string, unknown>>;

/** What is read from a document, and how. */
export interface Import {
  /** With which the names of tools begin. */
  readonly api: string;
  readonly document: Node;
  /** By operationId; none means all. */
  readonly operations: readonly string[];
  readonly tenantParameters: readonly string[];
}

/** An operation where a document has it. */
export interface Found {
  readonly id: string | null;
  readonly method: Method;
  readonly path: string;
  readonly place: string;
  readonly pathItem: Node;
  readonly operation: Node;
}

const MAX_TOOLS = 100;
const MAX_TOOLS_BYTES = 128 * 1024;
const MAX_PROBLEMS = 20;
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/**
 * The tools that an OpenAPI document (3.0 or 3.1) describes: at most 100, which all together are at most 128 KiB.
 * @throws Fault `invalid-input` with the place of each problem in the document, at most twenty
 */
export function importTools(wish: Import): HttpTool[] {
  const { document, operations } = wish;
  const isTenant = (name: string): boolean => namesTenant(name, wish.tenantParameters);
  const problems: FieldProblem[] = [];
  const found = attempt(problems, () => findOperations(document)) ?? [];
  const chosen = operations.length === 0 ? found : found.filter(({ id }) => id !== null && operations.includes(id));
  const tools = chosen.flatMap(
    (one) => attempt(problems, () => [readOperation(one, wish.api, document, isTenant)]) ?? [],
  );
  operations.forEach((id, index) => {
    if (problems.length === 0 && !found.some((one) => one.id === id))
      problems.push({ field: `api.operations[${index}]`, message: `The document has no operation ${id}` });
  });
  if (problems.length === 0) problems.push(...sizeProblems(chosen.length, tools), ...twins(tools, chosen));
  if (problems.length > 0)
    throw new Fault('invalid-input', { errors: problems.slice(0, MAX_PROBLEMS), detail: detailOf(problems[0]!) });
  return tools;
}

function detailOf({ field, message }: FieldProblem): string {
  return `${field} ${message}`.slice(0, 500);
}

function attempt<T>(problems: FieldProblem[], read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SchemaProblem)) throw error;
    problems.push({ field: error.place.slice(0, 300), message: error.message });
    return null;
  }
}

function findOperations(document: Node): Found[] {
  const { openapi, paths } = document;
  if (typeof openapi !== 'string' || !/^3\.[01]\.\d+$/.test(openapi))
    throw new SchemaProblem('api.document.openapi', 'must be a version of OpenAPI 3.0 or 3.1, e.g. "3.1.0"');
  if (!isObject(paths)) throw new SchemaProblem('api.document.paths', 'must be an object with the paths');
  return Object.entries(paths).flatMap(([path, item]) => {
    const place = `api.document.paths.${path}`;
    if (!path.startsWith('/')) throw new SchemaProblem(place, 'must begin with a slash');
    if (!isObject(item)) throw new SchemaProblem(place, 'must be an object with the operations');
    return METHODS.filter((method) => item[method] !== undefined).map((method) => {
      const operation = item[method];
      if (!isObject(operation)) throw new SchemaProblem(`${place}.${method}`, 'must be an object');
      const { operationId: id = null } = operation;
      if (id !== null && typeof id !== 'string')
        throw new SchemaProblem(`${place}.${method}.operationId`, 'must be text');
      return {
        id,
        method: method.toUpperCase() as Method,
        path,
        place: `${place}.${method}`,
        pathItem: item,
        operation,
      };
    });
  });
}

function sizeProblems(count: number, tools: readonly HttpTool[]): FieldProblem[] {
  const advice = 'choose some with `operations`';
  if (count === 0) return [{ field: 'api.document.paths', message: 'has no operation that could become a tool' }];
  if (count > MAX_TOOLS)
    return [
      { field: 'api.document.paths', message: `has ${count} operations, at most ${MAX_TOOLS} become tools; ${advice}` },
    ];
  if (Buffer.byteLength(JSON.stringify(tools)) > MAX_TOOLS_BYTES)
    return [{ field: 'api.document', message: `makes tools of more than ${MAX_TOOLS_BYTES} bytes; ${advice}` }];
  return [];
}

function twins(tools: readonly HttpTool[], found: readonly Found[]): FieldProblem[] {
  const twice = tools.findIndex(({ name }, index) => tools.findIndex((one) => one.name === name) < index);
  if (twice < 0 || tools.length < found.length) return [];
  return [
    {
      field: `${found[twice]!.place}.operationId`,
      message: `gives a tool the name ${tools[twice]!.name}, which another has`,
    },
  ];
}
