import type { AnyDesc, DescField, DescFile, DescMessage, DescMethod } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { getComments } from '@bufbuild/protoplugin';
import type { FieldKind } from '../src/message.js';
import type { RateClass } from '../src/operation.js';
import type {
  Model,
  ModelField,
  ModelFile,
  ModelMessage,
  ModelOperation,
  ModelRole,
  ModelService,
  Problem,
} from './model.js';
import { EMPTY, serviceOf } from './model.js';
import { Options, words, type OperationOption } from './options.js';

const SCALARS: Partial<Record<ScalarType, FieldKind>> = {
  [ScalarType.STRING]: 'string',
  [ScalarType.BOOL]: 'bool',
  [ScalarType.INT32]: 'int32',
  [ScalarType.INT64]: 'int64',
  [ScalarType.DOUBLE]: 'double',
  [ScalarType.BYTES]: 'bytes',
};

const WELL_KNOWN: Record<string, Pick<ModelField, 'kind' | 'json'>> = {
  'google.protobuf.Timestamp': { kind: 'timestamp', json: 'any' },
  'google.protobuf.Value': { kind: 'json', json: 'any' },
  'google.protobuf.Struct': { kind: 'json', json: 'object' },
  'google.protobuf.ListValue': { kind: 'json', json: 'array' },
};

/** Reads the contract out of descriptors; `problem` takes what the contract may not say. */
export function readModel(files: readonly DescFile[], problem: Problem): Model {
  return new Reader(new Options(files), problem).read(files);
}

function commentOf(desc: Exclude<AnyDesc, DescFile>): string {
  const lines = (getComments(desc).leading ?? '').split('\n').map((line) => line.replace(/^ /, '').trimEnd());
  return lines.join('\n').trim();
}

/** A message or time has no zero value, so one that is not optional must be there. */
function isAlwaysGiven(desc: DescField, kind: FieldKind): boolean {
  return desc.fieldKind === 'message' && !desc.proto.proto3Optional && (kind === 'message' || kind === 'timestamp');
}

class Reader {
  constructor(
    private readonly options: Options,
    private readonly problem: Problem,
  ) {}

  read(files: readonly DescFile[]): Model {
    const ours = files.filter((file) => serviceOf(file));
    const modelFiles = ours.map((file) => this.file(file));
    const operations = ours.flatMap((file) =>
      file.services.flatMap((service) => service.methods.flatMap((m) => this.operation(m))),
    );
    return {
      files: modelFiles,
      messages: new Map(modelFiles.flatMap((file) => file.messages.map((message) => [message.typeName, message]))),
      operations,
      services: this.services(ours),
      roles: files.flatMap((file) => this.roles(file, operations)),
    };
  }

  private file(file: DescFile): ModelFile {
    file.enums.forEach((desc) => this.problem(desc.typeName, 'is an enum; use a string with an `in` rule'));
    const path = `${serviceOf(file)}/${file.name.split('/').at(-1)!.replaceAll('_', '-')}`;
    return { proto: `${file.name}.proto`, path, messages: file.messages.map((message) => this.message(message, path)) };
  }

  private message(desc: DescMessage, file: string): ModelMessage {
    const nested = [...desc.nestedMessages.filter((message) => !message.proto.options?.mapEntry), ...desc.nestedEnums];
    nested.forEach((inner) => this.problem(inner.typeName, 'is declared inside a message; declare it beside it'));
    const event = this.options.event(desc);
    return {
      desc,
      name: desc.name,
      typeName: desc.typeName,
      file,
      comment: commentOf(desc),
      fields: desc.fields.map((field) => this.field(field, event !== undefined)),
      event: event ? { service: serviceOf(desc.file)!, action: event.action } : null,
    };
  }

  private field(desc: DescField, inEvent: boolean): ModelField {
    const where = `${desc.parent.typeName}.${desc.name}`;
    const rules = this.options.rules(desc) ?? null;
    const dataClass = this.options.dataClass(desc);
    const type = this.typeOf(desc, where);
    if (desc.oneof) {
      this.problem(where, 'is in a oneof; use optional fields');
    }
    if (desc.fieldKind === 'map' && desc.mapKey !== ScalarType.STRING) {
      this.problem(where, 'is a map whose keys are not strings');
    }
    if (inEvent && dataClass === 'unspecified' && type.kind !== 'message') {
      this.problem(where, 'is a field of an event and has no class');
    }
    return {
      desc,
      ...type,
      name: desc.name,
      wire: desc.jsonName,
      comment: commentOf(desc),
      repeated: desc.fieldKind === 'list',
      map: desc.fieldKind === 'map',
      optional: desc.proto.proto3Optional,
      required: rules?.required || isAlwaysGiven(desc, type.kind),
      dataClass: dataClass === 'unspecified' ? 'internal' : dataClass,
      rules,
    };
  }

  private typeOf(desc: DescField, where: string): Pick<ModelField, 'kind' | 'json' | 'message'> {
    if (desc.message) {
      const known = WELL_KNOWN[desc.message.typeName];
      if (!known && !serviceOf(desc.message.file)) {
        this.problem(where, `is a ${desc.message.typeName}, which the contract does not use`);
      }
      return known ? { ...known, message: null } : { kind: 'message', json: 'any', message: desc.message.typeName };
    }
    const kind = desc.scalar === undefined ? undefined : SCALARS[desc.scalar];
    if (!kind) {
      this.problem(where, 'must be a string, bool, int32, int64, double, bytes or message');
    }
    return { kind: kind ?? 'string', json: 'any', message: null };
  }

  private operation(desc: DescMethod): ModelOperation[] {
    const where = `${desc.parent.typeName}.${desc.name}`;
    const option = this.options.operation(desc);
    if (!option) {
      this.problem(where, 'has no (tenantry.options.v1.operation)');
      return [];
    }
    const scope = words.scope(option.scope);
    if (scope === 'unspecified') {
      this.problem(where, 'has no scope');
      return [];
    }
    if (desc.methodKind !== 'unary') {
      this.problem(where, 'uses `stream`; say `streams` in its operation instead');
    }
    return [
      {
        desc,
        name: desc.name,
        service: serviceOf(desc.parent.file)!,
        comment: commentOf(desc),
        http: this.route(option, desc),
        permission: option.permission || null,
        scope,
        idempotent: option.idempotent,
        audit: option.audit || null,
        whenSuspended: option.whenSuspended,
        rateClass: (option.rateClass || null) as RateClass | null,
        streams: words.streams(option.streams),
        callers: option.callers,
        raw: option.raw,
        publicKeys: option.publicKeys,
        bodyLimitBytes: option.bodyLimitBytes || null,
        agentAudience: option.agentAudience || null,
        cloudEvents: option.cloudEvents || null,
        singleItem: option.singleItem || null,
        input: desc.input.typeName,
        output: desc.output.typeName,
      },
    ];
  }

  private route(option: OperationOption, desc: DescMethod): ModelOperation['http'] {
    const { route } = option;
    const mode = words.http(option.http);
    if ((route.case === undefined) !== (mode === 'none')) {
      this.problem(`${desc.parent.typeName}.${desc.name}`, 'needs a path, or `http: HTTP_NONE` and no path');
    }
    if (route.case === undefined) {
      return null;
    }
    const method = route.case.toUpperCase() as 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
    const usual = desc.output.typeName === EMPTY ? 204 : method === 'POST' && option.idempotent ? 201 : 200;
    return { method, path: route.value, custom: mode === 'custom', status: option.status || usual };
  }

  private services(files: readonly DescFile[]): ModelService[] {
    const names = [...new Set(files.map((file) => serviceOf(file)!))].sort();
    const described = (name: string) =>
      files.filter((file) => serviceOf(file) === name).flatMap((file) => file.services);
    return names.map((name) => ({ name, descriptions: described(name).map(commentOf) }));
  }

  private roles(file: DescFile, operations: readonly ModelOperation[]): ModelRole[] {
    return this.options.roles(file).map(({ name, scope, grants, except, description }) => {
      const kind = words.scope(scope);
      if (kind !== 'tenant' && kind !== 'platform') {
        this.problem(`role ${name}`, 'is neither SCOPE_TENANT nor SCOPE_PLATFORM');
      }
      const within = kind === 'platform' ? 'platform' : 'tenant';
      const permissions = operations.filter((op) => op.scope === within).flatMap((op) => op.permission ?? []);
      return { name, scope: within, grants: withoutExceptions(grants, except, permissions), description };
    });
  }
}

/** Grants are only ever positive: exceptions are spelled out as everything else that the grants cover. */
function withoutExceptions(
  grants: readonly string[],
  except: readonly string[],
  permissions: readonly string[],
): string[] {
  const resourceOf = (permission: string) => permission.slice(0, permission.indexOf('.'));
  const narrowed = new Set(except.map(resourceOf));
  return grants.flatMap((grant) => {
    const covered = permissions.filter((one) => grant === '*' || grant === `${resourceOf(one)}.*`);
    if (!except.length || (grant !== '*' && !covered.some((one) => narrowed.has(resourceOf(one))))) {
      return [grant];
    }
    const spelled = covered.filter((one) => !except.includes(one));
    return [...new Set(spelled.map((one) => (narrowed.has(resourceOf(one)) ? one : `${resourceOf(one)}.*`)))].sort();
  });
}
