import { Empty } from './message.js';
import { parseMessage, readMessage } from './parse.js';
import { printMessage } from './print.js';
import { Sample } from './testing/sample.js';

const full = {
  name: 'a',
  note: 'n',
  active: true,
  count: 1,
  total: '-5',
  ratio: 0.5,
  seal: 'AAEC',
  happenedAt: '2024-01-01T00:00:00.000Z',
  tags: ['a'],
  aliases: ['b'],
  labels: { k: 'v' },
  anything: { any: [1] },
  settings: { a: null },
  list: [1],
  columns: [{ name: 'c', sample: null }],
  parent: null,
};

describe('printMessage', () => {
  it('is the inverse of parsing', () => {
    expect(printMessage(Sample, parseMessage(Sample, full))).toEqual(full);
    expect(printMessage(Sample, readMessage(Sample, full))).toEqual(full);
  });

  it('prints every declared field, whether it was set or not', () => {
    expect(printMessage(Sample, new Sample())).toEqual({
      ...{
        name: '',
        note: null,
        active: false,
        count: 0,
        total: '0',
        ratio: 0,
        seal: '',
        happenedAt: null,
        tags: [],
        aliases: [],
        labels: {},
      },
      ...{ anything: null, settings: {}, list: [], columns: [], parent: null },
    });
  });

  it('prints what a handler built without the class, and nothing that is not declared', () => {
    const row = { ...new Sample(), name: 'a', passwordHash: 'secret', columns: [{ name: 'c', secret: 'x' }] };
    const printed = printMessage(Sample, row);
    expect(JSON.stringify(printed)).not.toContain('secret');
    expect(printed.columns).toEqual([{ name: 'c', sample: null }]);
  });

  it('prints the bounds of int64 without losing a digit', () => {
    for (const total of [2n ** 63n - 1n, -(2n ** 63n)]) {
      expect(printMessage(Sample, { ...new Sample(), total }).total).toBe(String(total));
    }
  });

  it('prints nothing as an empty object', () => {
    expect(printMessage(Empty, {})).toEqual({});
  });
});
