import { z } from 'zod';

/** The process' environment, or the part of it that is meant for one service. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A class whose instances are settings: read once from the environment, injectable by the class. */
export interface SettingsClass<T extends object> {
  new (environment: Environment): T;
  readonly shape: z.ZodRawShape;
}

/** A setting with an unusable value. The message names it, and never shows what it was. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * Makes a settings class; each field is named as its environment variable and described in one sentence:
 * `class MailSettings extends settings({ SMTP_URL: z.url().optional().describe('…') }) {}`.
 * An empty variable counts as not given.
 */
export function settings<S extends z.ZodRawShape>(shape: S): SettingsClass<z.output<z.ZodObject<S>>> {
  class Settings {
    static readonly shape = shape;

    constructor(environment: Environment) {
      Object.assign(this, parseSettings(shape, environment));
    }
  }
  return Settings as unknown as SettingsClass<z.output<z.ZodObject<S>>>;
}

function parseSettings(shape: z.ZodRawShape, environment: Environment): object {
  const given = Object.keys(shape).map((name) => [name, environment[name] === '' ? undefined : environment[name]]);
  const parsed = z.object(shape).safeParse(Object.fromEntries(given));
  if (parsed.success) {
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0]);
  const missing = environment[name] === undefined || environment[name] === '';
  const why = missing ? 'is not set' : (issue?.message ?? 'is not valid');
  throw new SettingsError(`${name} ${missing ? why : `is wrong: ${why}`} (${describeSetting(shape, name)})`);
}

/** What a setting is for, in one sentence. */
export function describeSetting(shape: z.ZodRawShape, name: string): string {
  const type = shape[name];
  return type instanceof z.ZodType ? (type.description ?? '') : '';
}

/** A list such as `a, b`; nothing is an empty list. */
export const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );

/** `true` or `false`; nothing is false. */
export const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

/** NATS servers that are one cluster, separated by commas. */
export const natsServers = z
  .string()
  .refine(
    (text) => text.split(',').every((url) => z.url({ protocol: /^(nats|tls)$/ }).safeParse(url.trim()).success),
    'must be nats:// or tls:// URLs, separated by commas',
  )
  .transform((text) => text.replaceAll(/\s/g, ''));

/** A TCP port. */
export const port = z.coerce.number().int().min(0).max(65_535);
