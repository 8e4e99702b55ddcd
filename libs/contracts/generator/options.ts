import type { DescExtension, DescField, DescFile, DescMessage, DescMethod, Message } from '@bufbuild/protobuf';
import { getOption, hasOption } from '@bufbuild/protobuf';

/** The messages of options.proto, as the plugin reads them. */
export interface OperationOption extends Message {
  route: { case: 'get' | 'post' | 'patch' | 'put' | 'delete'; value: string } | { case: undefined };
  http: number;
  permission: string;
  scope: number;
  idempotent: boolean;
  audit: string;
  whenSuspended: boolean;
  rateClass: string;
  streams: number;
  status: number;
  callers: string[];
  raw: boolean;
  publicKeys: boolean;
  bodyLimitBytes: number;
  agentAudience: string;
  cloudEvents: string;
  singleItem: string;
}

export interface Rules {
  required: boolean;
  minLength?: number;
  maxLength?: number;
  pattern: string;
  in: string[];
  gte?: number;
  lte?: number;
  uuid: boolean;
  email: boolean;
  url: boolean;
  cidr: boolean;
  ip: boolean;
  timeZone: boolean;
  hostname: boolean;
  minItems?: number;
  maxItems?: number;
  uniqueItems: boolean;
  multiline: boolean;
  nullable: boolean;
}

export interface RoleOption extends Message {
  name: string;
  scope: number;
  grants: string[];
  except: string[];
  description: string;
}

const OPTIONS_FILE = 'tenantry/options/v1/options';
const HTTP = ['derived', 'custom', 'none'] as const;
const SCOPES = ['unspecified', 'platform', 'tenant', 'self', 'public', 'internal'] as const;
const STREAMS = ['none', 'request', 'response'] as const;
const CLASSES = ['unspecified', 'none', 'internal', 'personal', 'sensitive', 'phi', 'payment_token', 'secret'] as const;

/** The words that stand for the numbers of the enums in options.proto. */
export const words = {
  http: (value: number) => HTTP[value] ?? 'derived',
  scope: (value: number) => SCOPES[value] ?? 'unspecified',
  streams: (value: number) => STREAMS[value] ?? 'none',
  dataClass: (value: number) => CLASSES[value] ?? 'unspecified',
};

/** Reads Tenantry's own options from descriptors. The extensions come from the compiled options.proto itself. */
export class Options {
  private readonly extensions: ReadonlyMap<string, DescExtension>;

  constructor(files: readonly DescFile[]) {
    const file = files.find((candidate) => candidate.name === OPTIONS_FILE);
    this.extensions = new Map(file?.extensions.map((extension) => [extension.name, extension]));
  }

  operation(method: DescMethod): OperationOption | undefined {
    return this.read(method, 'operation');
  }

  rules(field: DescField): Rules | undefined {
    return this.read(field, 'rules');
  }

  dataClass(field: DescField): ReturnType<typeof words.dataClass> {
    return words.dataClass(this.read(field, 'class') ?? 0);
  }

  event(message: DescMessage): { action: string } | undefined {
    return this.read(message, 'event');
  }

  roles(file: DescFile): RoleOption[] {
    return this.read(file, 'role') ?? [];
  }

  private read<T>(element: DescMethod | DescField | DescMessage | DescFile, name: string): T | undefined {
    const extension = this.extensions.get(name);
    // The shape of an extension that is only known at run time can't be checked; the interfaces above mirror options.proto.
    return extension && hasOption(element as never, extension)
      ? (getOption(element as never, extension) as T)
      : undefined;
  }
}
