import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';

const root = join(import.meta.dirname, '../../..');
const bin = join(root, 'node_modules/.bin');
const TIMEOUT_MS = 60_000;

describe('the generator', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tenantry-generator-'));
  const output = (path: string): string => readFileSync(join(directory, 'out/libs/contracts', path), 'utf8');
  const formatted = (path: string): Promise<string> =>
    format(output(path), { parser: 'typescript', printWidth: 120, singleQuote: true });

  /** Generates from one of the fixtures; gives what buf said. */
  function generate(fixture: string): { status: number | null; stderr: string } {
    const input = join(directory, fixture);
    cpSync(join(import.meta.dirname, `fixture/tenantry/${fixture}`), join(input, `tenantry/${fixture}`), {
      recursive: true,
    });
    cpSync(join(root, 'proto/tenantry/options/v1/options.proto'), join(input, 'tenantry/options/v1/options.proto'));
    const args = ['generate', input, '--template', 'proto/buf.gen.yaml', '--output', join(directory, 'out')];
    return spawnSync(join(bin, 'buf'), args, { cwd: root, encoding: 'utf8' });
  }

  afterAll(() => rmSync(directory, { recursive: true }));

  describe('given a contract', () => {
    beforeAll(() => expect(generate('good').stderr).toBe(''), TIMEOUT_MS);

    it('writes messages with the rules of their fields as decorators', async () => {
      const text = await formatted('src/gen/good/good.ts');
      expect(text).toContain(`
/** A thing to make. */
export class MakeThingRequest {
  static readonly typeName = 'tenantry.good.v1.MakeThingRequest';
  static readonly fields: readonly FieldFacts[] = [
    field('name', 'string', { required: true }),
    field('words', 'string', { repeated: true, maxItems: 5 }),
    field('amount', 'int64', { optional: true }),
    field('inside', 'message', { message: () => Thing }),
    field('anything', 'json'),
  ];

  /**
   * Its name.
   * On two lines.
   */
  @MaxLength(10)
  @Matches(/^[a-z/']+$/u)
  name = '';

  /** Words. */
  @IsIn(["it's", '\\\\'], { each: true })
  @ArrayMinSize(1)
  @HasUniqueItems()
  words: string[] = [];

  /** How much. */
  @IsOptional()
  @MinInt64(1n)
  @MaxInt64(1000n)
  amount?: bigint | null;

  /** What it is made of. */
  inside!: Thing;

  /** Anything. */
  anything?: unknown;
}
`);
    });

    it('writes events with their subject, and a constructor that takes their fields', async () => {
      expect(await formatted('src/gen/good/good.ts')).toContain(`
  static readonly event: EventFacts = {
    service: 'good',
    name: 'ThingMade',
    subjectSuffix: 'good.ThingMade',
    action: 'thing.made',
  };

  /** The thing. */
  thingId = '';

  /** Who has it. */
  holder = '';

  constructor(fields?: ThingMade) {
    Object.assign(this, fields);
  }
`);
      expect(output('src/gen/events.ts')).toContain('[ThingMade]');
    });

    it('names classes only inside functions, so that circles of messages load in any order', async () => {
      const text = await formatted('src/gen/good/good.ts');
      expect(text).toContain("field('outer', 'message', { optional: true, message: () => Thing })");
      expect(text).toContain("field('behind', 'message', { optional: true, message: () => Thing })");
      expect(text).not.toMatch(/message: (?!\(\) => )/);
    });

    it('writes the operation table, leaving out what is usual', async () => {
      const text = await formatted('src/gen/operations.ts');
      expect(text).toContain(`
/** Makes a thing. And says more about it. */
export const makeThing = operation({
  name: 'MakeThing',
  service: 'good',
  summary: 'Makes a thing',
  http: { method: 'POST', path: '/v1/things', status: 201 },
  permission: 'things.write',
  scope: 'tenant',
  idempotent: true,
  audit: 'thing.made',
  input: MakeThingRequest,
  output: Thing,
});
`);
      expect(text).toContain("http: { method: 'POST', path: '/things/upload', custom: true, status: 202 }");
      expect(text).toContain("http: { method: 'DELETE', path: '/v1/things/{id}', status: 204 }");
      expect(text).toContain("callers: ['audit', 'data']");
      expect(output('src/gen/operations.ts')).toContain(
        '= [makeThing, listThings, renameThing, deleteThing, importThings, countThings];',
      );
    });

    it('spells exceptions of a role out as everything else', () => {
      expect(output('src/gen/roles.ts')).toContain("grants: ['boxes.*', 'things.read', 'things.write']");
    });

    it('writes OpenAPI', () => {
      const api = JSON.parse(output('openapi.json'));
      expect(Object.keys(api.paths)).toEqual([
        '/things/upload',
        '/v1/boxes/{boxId}/things',
        '/v1/things',
        '/v1/things/{id}',
      ]);
      const { post } = api.paths['/v1/things'];
      expect(post).toMatchObject({
        operationId: 'makeThing',
        summary: 'Makes a thing',
        description: 'Makes a thing. And says more about it.',
      });
      expect(post.parameters).toEqual([
        { $ref: '#/components/parameters/Tenant' },
        { $ref: '#/components/parameters/IdempotencyKey' },
      ]);
      expect(post.requestBody.required).toBe(true);
      expect(Object.keys(post.responses)).toEqual([
        '201',
        '400',
        '401',
        '403',
        '404',
        '409',
        '413',
        '422',
        '423',
        '429',
        '503',
      ]);
      expect(api.paths['/v1/boxes/{boxId}/things'].get.parameters.slice(0, 2)).toEqual([
        {
          name: 'boxId',
          in: 'path',
          required: true,
          description: 'The box.',
          schema: { type: 'string', format: 'uuid' },
        },
        {
          name: 'limit',
          in: 'query',
          required: false,
          description: 'How many.',
          schema: { type: 'integer', format: 'int32' },
        },
      ]);
      expect(api.components.schemas.MakeThingRequest).toMatchObject({
        required: ['name', 'inside'],
        additionalProperties: false,
      });
      expect(api.components.schemas.MakeThingRequest.properties.amount).toMatchObject({
        type: ['string', 'null'],
        format: 'int64',
      });
      expect(api.paths['/v1/things/{id}'].patch.requestBody.content['application/json'].schema).toEqual({
        type: 'object',
        description: "A thing's other name.",
        properties: { name: { type: ['string', 'null'], description: 'The name.' } },
        additionalProperties: false,
      });
      expect(api.components.schemas.ThingPage.required).toEqual(['data']);
      expect(api.components.schemas.ThingMade).toBeUndefined();
    });
  });

  it(
    'names everything that a contract may not say, and writes nothing',
    () => {
      const { status, stderr } = generate('bad');
      expect(status).not.toBe(0);
      const bad = (text: string): string => `tenantry.bad.v1.${text}`;
      expect(
        stderr
          .split('\n')
          .filter((line) => line.startsWith('  '))
          .map((line) => line.trim()),
      ).toEqual([
        bad('Bad.Color is declared inside a message; declare it beside it'),
        bad('Bad.color must be a string, bool, int32, int64, double, bytes or message'),
        bad('Bad.duration is a google.protobuf.Duration, which the contract does not use'),
        bad('Bad.by_number is a map whose keys are not strings'),
        bad('Bad.left is in a oneof; use optional fields'),
        bad('Bad.right is in a oneof; use optional fields'),
        bad('Bad.inexact must be a string, bool, int32, int64, double, bytes or message'),
        bad('BadEvent.unclassified is a field of an event and has no class'),
        bad('BadService.NoOption has no (tenantry.options.v1.operation)'),
        bad('BadService.NoScope has no scope'),
        bad('BadService.NoPath needs a path, or `http: HTTP_NONE` and no path'),
        bad('BadService.Streaming uses `stream`; say `streams` in its operation instead'),
        bad('BadService.SamePath has the same route as tenantry.bad.v1.BadService.NeedlessPermission'),
        bad('Bad.pattern has a pattern that is not a regular expression: ('),
        bad('Bad.text has rules for text but is none'),
        bad('Bad.number has rules for numbers but is none'),
        bad('Bad.list has rules for lists but is none'),
        bad('Bad.both is both optional and required'),
        bad('Bad.constructor can not have this name'),
        bad('Inner.password is a secret and is carried by the event tenantry.bad.v1.BadEvent'),
        bad('BadService.NoPermission has scope tenant and no permission'),
        bad('BadService.NeedlessPermission has scope self and a permission'),
        bad('BadService.NoPath can be called by nobody: it has neither a path nor callers'),
        bad('BadService.SamePath has an unknown rate class: often'),
        bad('BadService.SamePath is a GET, which is always idempotent'),
        bad('BadService.WrongPath has a path that is not under /v1/: v2/c/{nothing}'),
        bad('BadService.WrongPath has {nothing} in its path, which is not a plain text or integer field of its input'),
        bad('BadService.WrongPath takes CloudEvents in byNumber, which is no repeated message of its input'),
        bad('BadService.WrongPath takes CloudEvents and is not a POST of the gateway'),
        bad('BadService.WrongPath takes a single item in byNumber, which is no repeated message of its input'),
        bad('BadService.WrongPath takes a single item and is not a POST of the gateway'),
        bad(
          'BadService.DeepQuery takes its fields from the query string, which can not hold duration, by_number, inner',
        ),
        bad('BadService.ForNobody can be called by nobody: it has neither a path nor callers'),
      ]);
    },
    TIMEOUT_MS,
  );
});
