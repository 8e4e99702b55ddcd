import { createLogger } from './logger.js';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
  let line = '';
  write(createLogger({ service: 'sample', level: 'info', destination: { write: (text) => void (line = text) } }));
  return JSON.parse(line) as Record<string, unknown>;
}

describe('Logger', () => {
  it('writes the facts, the service and one sentence', () => {
    const line = logged((log) => log.child({ tenantId: 'a' }).info({ operation: 'AddLocation' }, 'done'));
    expect(line).toMatchObject({
      level: 'info',
      service: 'sample',
      tenantId: 'a',
      operation: 'AddLocation',
      text: 'done',
    });
  });

  it('hides what is secret by its name, however deep', () => {
    const line = logged((log) =>
      log.info({ request: { headers: [{ Authorization: 'x' }], newPassword: 'hunter2' } }, 'in'),
    );
    expect(line.request).toEqual({ headers: [{ Authorization: '[hidden]' }], newPassword: '[hidden]' });
  });

  it.each([
    ['an API key', 'key sk_live_9aB-c_d used'],
    ['a token', 'got eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2ln'],
    ['a password in a URL', 'cannot reach postgres://tenants:hunter2@db/x'],
    ['a card number', 'paid with 4242 4242 4242 4242 12/29'],
    ['an nkey seed', 'seed SUAIBDPBAUTWCWBKIO6XHQNINK5FWJW4OHLXC3HQ2KFE4PEJUA44CNHTC4'],
  ])('hides %s in text, in facts and in error messages', (_, text) => {
    const line = logged((log) => log.error({ note: text, err: new Error(text) }, text));
    expect(JSON.stringify(line)).not.toMatch(/9aB-c_d|c2ln|hunter2|4242 4242|SUAIB/);
    expect(line.text).toContain('[hidden]');
  });

  it('leaves ids and digests whole, whatever their digits pass for', () => {
    const facts = { tenantId: '01a203ea-94fc-7a7e-9424-424242424241', traceId: 'a4242424242424242bc1d2e3f4a5b6c7' };
    expect(logged((log) => log.info(facts, 'x'))).toMatchObject(facts);
  });

  it('keeps values that a database error carries out of the log', () => {
    const error = Object.assign(new Error('duplicate key'), {
      code: '23505',
      detail: 'Key (ssn)=(078-05-1120) exists',
      where: 'x',
    });
    const line = logged((log) => log.error({ err: new Error('failed', { cause: error }) }, 'failed'));
    expect(JSON.stringify(line)).not.toContain('078-05');
    expect(JSON.stringify(line)).toContain('duplicate key');
  });

  it('survives circles and bytes', () => {
    const circle: Record<string, unknown> = { bytes: new Uint8Array(9) };
    circle.self = circle;
    expect(logged((log) => log.info({ circle }, 'x')).circle).toEqual({ bytes: '[9 bytes]', self: '[…]' });
  });
});
