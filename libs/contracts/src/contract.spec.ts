import { permits } from '@tenantry/kernel';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { events, operations, roles } from './gen/index.js';
import { printMessage } from './print.js';

const api = JSON.parse(readFileSync(join(import.meta.dirname, '../openapi.json'), 'utf8'));

/** Every value of a member of this name, anywhere in a document. */
function* membersCalled(name: string, value: unknown): Generator<unknown> {
  for (const [key, inner] of Object.entries(typeof value === 'object' && value !== null ? value : {})) {
    if (key === name) {
      yield inner;
    }
    yield* membersCalled(name, inner);
  }
}

describe('openapi.json', () => {
  it('shows every operation that is on HTTP, once', () => {
    const shown = [...membersCalled('operationId', api.paths)];
    const declared = operations
      .filter(({ http }) => http)
      .map(({ name }) => name.charAt(0).toLowerCase() + name.slice(1));
    expect(shown.sort()).toEqual(declared.sort());
  });

  it('shows the media types of CloudEvents where an operation takes them', () => {
    const taking = operations.filter(({ cloudEvents }) => cloudEvents !== null);
    expect(taking.map(({ name }) => name)).toEqual(['RecordUsage']);
    const { content } = api.paths['/v1/usage'].post.requestBody;
    expect(Object.keys(content)).toEqual([
      'application/json',
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
    ]);
    const one = { $ref: '#/components/schemas/CloudEvent' };
    expect(content['application/cloudevents+json'].schema).toEqual(one);
    expect(content['application/cloudevents-batch+json'].schema).toMatchObject({ type: 'array', items: one });
  });

  it('refers only to what it holds', () => {
    const references = [...new Set(membersCalled('$ref', api))] as string[];
    const held = (path: string): unknown =>
      path
        .split('/')
        .slice(1)
        .reduce((node, key) => node?.[key], api);
    expect(references.filter((reference) => !held(reference))).toEqual([]);
  });
});

describe('the operation table', () => {
  it('gives every operation one subject and every route one operation', () => {
    const subjects = operations.map(({ subject }) => subject);
    const routes = operations.flatMap(({ http }) =>
      http ? [`${http.method} ${http.path.replace(/\{\w+\}/g, '{}')}`] : [],
    );
    expect(new Set(subjects).size).toBe(subjects.length);
    expect(new Set(routes).size).toBe(routes.length);
  });

  it('has messages that all load and print', () => {
    for (const { input, output } of operations) {
      expect(Object.keys(printMessage(output, new output()))).toEqual(output.fields.map(({ wire }) => wire));
      expect(Object.keys(printMessage(input, new input()))).toEqual(input.fields.map(({ wire }) => wire));
    }
  });
});

describe('events', () => {
  it('have one subject each, of the service that declares them', () => {
    for (const { event, typeName } of events) {
      expect(typeName).toBe(`tenantry.${event.service}.v1.${event.name}`);
      expect(event.subjectSuffix).toBe(`${event.service}.${event.name}`);
    }
  });
});

describe('roles', () => {
  const wanted = (scope: string): string[] =>
    operations.flatMap((one) => (one.scope === scope ? (one.permission ?? []) : []));

  it('let an owner and a super admin do everything', () => {
    expect(wanted('tenant').every((permission) => permits(roles.tenant.owner.grants, permission))).toBe(true);
    expect(wanted('platform').every((permission) => permits(roles.platform.super_admin.grants, permission))).toBe(true);
  });

  it('let an admin do everything but giving the tenant up and paying for its organization', () => {
    const kept = wanted('tenant').filter((permission) => !permits(roles.tenant.admin.grants, permission));
    const owners = ['tenant.delete', 'organization_invoices.read', 'organization_invoices.pay'];
    expect(kept.filter((permission) => !owners.includes(permission))).toEqual([]);
    expect(owners.filter((permission) => permits(roles.tenant.admin.grants, permission))).toEqual([]);
  });

  it('let a viewer of the platform change nothing', () => {
    const writes = operations.filter(({ scope, http }) => scope === 'platform' && http?.method !== 'GET');
    expect(
      writes.filter(({ permission }) => permits(roles.platform.viewer.grants, permission!)).map(({ name }) => name),
    ).toEqual([]);
  });
});
