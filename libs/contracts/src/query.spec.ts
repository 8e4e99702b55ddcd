import { Fault, type FieldProblem } from '@tenantry/kernel';
import { operation } from './operation.js';
import { parseQuery, parseRequest } from './query.js';
import { Sample } from './testing/sample.js';

function problems(parse: () => unknown): FieldProblem[] {
  try {
    parse();
  } catch (error) {
    return error instanceof Fault ? [...error.errors] : [{ field: '', message: String(error) }];
  }
  return [];
}

describe('parseQuery', () => {
  it('turns text into the kinds of the fields', () => {
    const query = {
      name: 'a',
      active: 'true',
      count: '7',
      total: '9223372036854775807',
      ratio: '-1.5e3',
      happenedAt: '2024-01-01T00:00:00Z',
    };
    expect(parseQuery(Sample, query)).toMatchObject({
      ...{
        name: 'a',
        active: true,
        count: 7,
        total: 9223372036854775807n,
        ratio: -1500,
        happenedAt: new Date('2024-01-01T00:00:00Z'),
      },
    });
  });

  it('reads one or many values as a list', () => {
    expect(parseQuery(Sample, { name: 'a', tags: 'x' }).tags).toEqual(['x']);
    expect(parseQuery(Sample, { name: ['a'], tags: ['x', 'y'] }).tags).toEqual(['x', 'y']);
  });

  it.each([
    [{ name: '1', count: '' }, 'count'],
    [{ name: '1', count: '1.5' }, 'count'],
    [{ name: '1', count: '0x10' }, 'count'],
    [{ name: '1', count: '1e400' }, 'count'],
    [{ name: '1', active: 'yes' }, 'active'],
    [{ name: '1', active: 'TRUE' }, 'active'],
    [{ name: '1', ratio: 'NaN' }, 'ratio'],
    [{ name: '1', ratio: '1e999' }, 'ratio'],
    [{ name: ['1', '2'] }, 'name'],
    [{ name: '1', '': 'x' }, '""'],
    [{ name: '1', '': ['x', 'y'] }, '""'],
    [{ name: '1', page: '2' }, 'page'],
    [{ name: '1', settings: '{}' }, 'settings'],
    [{ name: '1', parent: '{}' }, 'parent'],
    [JSON.parse('{"name":"1","__proto__":"x"}') as Record<string, string>, '__proto__'],
  ])('refuses %j', (query, field) => {
    expect(problems(() => parseQuery(Sample, query)).map((problem) => problem.field)).toEqual([field]);
  });
});

describe('parseRequest', () => {
  const declared = {
    name: 'Try',
    service: 'sample',
    scope: 'tenant',
    summary: '',
    input: Sample,
    output: Sample,
  } as const;
  const get = operation({ ...declared, http: { method: 'GET', path: '/v1/samples/{name}', status: 200 } });
  const post = operation({ ...declared, http: { method: 'POST', path: '/v1/samples/{name}', status: 200 } });
  const upload = operation({
    ...declared,
    streams: 'request',
    http: { method: 'POST', path: '/v1/samples/{name}', status: 200 },
  });
  const path = { name: 'a' };

  it('takes the query string of a GET and of an upload, and the body of anything else', () => {
    expect(parseRequest(get, { path, query: { count: '1' }, body: undefined })).toMatchObject({ name: 'a', count: 1 });
    expect(parseRequest(upload, { path, query: { count: '1' }, body: undefined })).toMatchObject({
      name: 'a',
      count: 1,
    });
    expect(parseRequest(post, { path, query: {}, body: { count: 1 } })).toMatchObject({ name: 'a', count: 1 });
    expect(parseRequest(post, { path, query: {}, body: undefined })).toMatchObject({ name: 'a' });
  });

  it('lets neither body nor query string say what the path says', () => {
    expect(problems(() => parseRequest(post, { path, query: {}, body: { name: 'b' } }))).toEqual([
      { field: 'name', message: 'is taken from the address and not from the body' },
    ]);
    expect(parseRequest(get, { path, query: { name: 'b' }, body: undefined }).name).toBe('a');
  });

  it('refuses a query string beside a body, and a body that is no object', () => {
    expect(
      problems(() => parseRequest(post, { path, query: { count: '1' }, body: {} })).map(({ field }) => field),
    ).toEqual(['count']);
    expect(problems(() => parseRequest(post, { path, query: {}, body: [] })).map(({ field }) => field)).toEqual([
      'body',
    ]);
    expect(problems(() => parseRequest(post, { path, query: {}, body: 'x' })).map(({ field }) => field)).toEqual([
      'body',
    ]);
  });
});
