import type { DescField, DescFile, DescMessage, DescMethod } from '@bufbuild/protobuf';
import type { DataClass, FieldKind } from '../src/message.js';
import type { HttpRoute, OperationScope, RateClass } from '../src/operation.js';
import type { Rules } from './options.js';

/** The contract as the writers see it: read, checked and free of descriptors' details. */
export interface Model {
  readonly files: readonly ModelFile[];
  readonly messages: ReadonlyMap<string, ModelMessage>;
  readonly operations: readonly ModelOperation[];
  readonly services: readonly ModelService[];
  readonly roles: readonly ModelRole[];
}

export interface ModelService {
  readonly name: string;
  readonly descriptions: readonly string[];
}

export interface ModelFile {
  /** E.g. `tenantry/tenants/v1/locations.proto`. */
  readonly proto: string;
  /** The generated file without its ending, relative to `src/gen`: `tenants/locations`. */
  readonly path: string;
  readonly messages: readonly ModelMessage[];
}

export interface ModelMessage {
  readonly desc: DescMessage;
  readonly name: string;
  readonly typeName: string;
  readonly file: string;
  readonly comment: string;
  readonly fields: readonly ModelField[];
  readonly event: { readonly service: string; readonly action: string } | null;
}

export interface ModelField {
  readonly desc: DescField;
  readonly name: string;
  readonly wire: string;
  readonly comment: string;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  readonly map: boolean;
  readonly optional: boolean;
  readonly required: boolean;
  readonly json: 'any' | 'object' | 'array';
  /** The full name of a message field's type. */
  readonly message: string | null;
  readonly dataClass: DataClass;
  readonly rules: Rules | null;
}

export interface ModelOperation {
  readonly desc: DescMethod;
  readonly name: string;
  readonly service: string;
  readonly comment: string;
  readonly http: HttpRoute | null;
  readonly permission: string | null;
  readonly scope: OperationScope;
  readonly idempotent: boolean;
  readonly audit: string | null;
  readonly whenSuspended: boolean;
  readonly rateClass: RateClass | null;
  readonly streams: 'none' | 'request' | 'response';
  readonly callers: readonly string[];
  readonly raw: boolean;
  readonly publicKeys: boolean;
  readonly bodyLimitBytes: number | null;
  readonly agentAudience: string | null;
  /** The field, as JSON spells it, that takes CloudEvents. */
  readonly cloudEvents: string | null;
  /** The field, as JSON spells it, of which one item may come by itself. */
  readonly singleItem: string | null;
  readonly input: string;
  readonly output: string;
}

export interface ModelRole {
  readonly name: string;
  readonly scope: 'tenant' | 'platform';
  readonly grants: readonly string[];
  readonly description: string;
}

/** Takes what the contract may not say, and where it does. */
export type Problem = (where: string, what: string) => void;

/** The full name of the message without fields, which is written by hand. */
export const EMPTY = 'google.protobuf.Empty';

/** The service that owns a file, or undefined for files that declare no messages of the wire. */
export function serviceOf(file: DescFile): string | undefined {
  const [root, service, version] = file.proto.package.split('.');
  return root === 'tenantry' && service !== 'options' && version === 'v1' ? service : undefined;
}

/** The names in braces of a path. */
export function pathNames(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
}

/** The first sentence of a comment. */
export function summaryOf(comment: string): string {
  const flat = comment.replace(/\s+/g, ' ').trim();
  return /^.*?[.:](?=\s|$)/.exec(flat)?.[0].replace(/[.:]$/, '') ?? flat;
}
