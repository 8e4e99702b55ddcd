import { pino } from 'pino';
import { Opened } from './opened.js';

describe('what a start has opened', () => {
  let lines: { part?: string; err?: { message: string } }[];
  let opened: Opened;
  let closed: string[];

  beforeEach(() => {
    lines = [];
    closed = [];
    const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line) as object) });
    opened = new Opened(50, log);
  });

  it('is closed last first, each part after the one before it has ended, and once', async () => {
    opened.add('database', () => closed.push('database'));
    opened.add('bus', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      closed.push('bus');
    });
    await opened.close();
    await opened.close();
    expect(closed).toEqual(['bus', 'database']);
    expect(lines).toEqual([]);
  });

  it('is closed although a part fails and another never ends, and the log names both', async () => {
    opened.add('database', () => closed.push('database'));
    opened.add('bus', () => new Promise(() => undefined));
    opened.add('handlers', () => {
      throw new Error('gone');
    });
    await opened.close();
    expect(closed).toEqual(['database']);
    expect(lines.map(({ part, err }) => [part, err?.message.replace(/\d+/, 'n')])).toEqual([
      ['handlers', 'gone'],
      ['bus', 'not closed within n ms'],
    ]);
  });
});
