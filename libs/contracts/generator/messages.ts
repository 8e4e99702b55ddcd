import type { FieldKind } from '../src/message.js';
import { decorators, VALIDATOR, type Decorator } from './decorators.js';
import { EMPTY, type Model, type ModelField, type ModelFile, type ModelMessage } from './model.js';
import { docstring, literal, quote, Source } from './source.js';

const RUNTIME = '../message';

/** The TypeScript type of one value of a kind, and what a plain field starts with. */
const TYPES: Record<Exclude<FieldKind, 'json' | 'message'>, { type: string; zero: string | null }> = {
  string: { type: 'string', zero: "''" },
  bool: { type: 'boolean', zero: 'false' },
  int32: { type: 'number', zero: '0' },
  int64: { type: 'bigint', zero: '0n' },
  double: { type: 'number', zero: '0' },
  bytes: { type: 'Uint8Array', zero: 'new Uint8Array()' },
  timestamp: { type: 'Date', zero: null },
};
const JSON_TYPES = {
  any: { type: 'unknown', zero: null },
  object: { type: 'Record<string, unknown>', zero: '{}' },
  array: { type: 'unknown[]', zero: '[]' },
} as const;

/** Writes the classes of one proto file. */
export function messagesSource(model: Model, file: ModelFile): Source {
  const source = new Source(file.path, `proto/${file.proto}`);
  for (const message of file.messages) {
    new MessageWriter(model, source).write(message);
  }
  return source;
}

/** Imports a message's class wherever it was generated. */
export function useMessage(model: Model, source: Source, typeName: string): string {
  const message = model.messages.get(typeName);
  return typeName === EMPTY || !message ? source.use('Empty', RUNTIME) : source.use(message.name, message.file);
}

class MessageWriter {
  constructor(
    private readonly model: Model,
    private readonly source: Source,
  ) {}

  write(message: ModelMessage): void {
    const { source } = this;
    source.print(...docstring(message.comment), `export class ${message.name} {`);
    source.print(`static readonly typeName = ${quote(message.typeName)};`);
    const facts = source.use('FieldFacts', RUNTIME, 'type');
    source.print(
      `static readonly fields: readonly ${facts}[] = [${message.fields.map((field) => this.facts(field)).join(', ')}];`,
    );
    if (message.event) {
      const { service, action } = message.event;
      const suffix = quote(`${service}.${message.name}`);
      const event = {
        service: quote(service),
        name: quote(message.name),
        subjectSuffix: suffix,
        action: quote(action),
      };
      source.print(`static readonly event: ${source.use('EventFacts', RUNTIME, 'type')} = ${literal(event)};`);
    }
    for (const field of message.fields) {
      source.print('', ...docstring(field.comment), ...this.decorators(field), this.property(field));
    }
    if (message.event) {
      source.print('', `constructor(fields?: ${message.name}) { Object.assign(this, fields); }`);
    }
    source.print('}', '');
  }

  private facts(field: ModelField): string {
    const camel = field.name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    const flag = (value: boolean | undefined): string | undefined => (value ? 'true' : undefined);
    const unless = (usual: string, value: string): string | undefined => (value === usual ? undefined : quote(value));
    const more = literal({
      wire: unless(camel, field.wire),
      repeated: flag(field.repeated),
      map: flag(field.map),
      optional: flag(field.optional),
      required: flag(field.rules?.required),
      multiline: flag(field.rules?.multiline),
      nullable: flag(field.rules?.nullable),
      maxItems: field.rules?.maxItems?.toString(),
      json: unless('any', field.json),
      message: field.message ? `() => ${useMessage(this.model, this.source, field.message)}` : undefined,
      dataClass: unless('internal', field.dataClass),
    });
    const args = [quote(field.name), quote(field.kind), ...(more === '{  }' ? [] : [more])];
    return `${this.source.use('field', RUNTIME)}(${args.join(', ')})`;
  }

  private property(field: ModelField): string {
    const one = this.typeOf(field);
    if (field.repeated) {
      return `${field.wire}: ${one.type.includes(' ') ? `(${one.type})` : one.type}[] = [];`;
    }
    if (field.map) {
      return `${field.wire}: Record<string, ${one.type}> = {};`;
    }
    if (one.type === 'unknown') {
      return `${field.wire}${field.required ? '' : '?'}: unknown;`;
    }
    if (field.optional) {
      return `${field.wire}?: ${one.type} | null;`;
    }
    const inferred = ["''", 'false', '0', '0n'].includes(one.zero ?? '');
    return one.zero === null
      ? `${field.wire}!: ${one.type};`
      : `${field.wire}${inferred ? '' : `: ${one.type}`} = ${one.zero};`;
  }

  private typeOf(field: ModelField): { type: string; zero: string | null } {
    if (field.kind === 'message') {
      return { type: useMessage(this.model, this.source, field.message!), zero: null };
    }
    return field.kind === 'json' ? JSON_TYPES[field.json] : TYPES[field.kind];
  }

  private decorators(field: ModelField): string[] {
    const rules = decorators.flatMap((decorator) => decorator(field) ?? []);
    const all: Decorator[] =
      rules.length && field.optional ? [{ name: 'IsOptional', from: VALIDATOR, args: [] }, ...rules] : rules;
    return all.map(({ name, from, args }) => `@${this.source.use(name, from)}(${args.join(', ')})`);
  }
}
