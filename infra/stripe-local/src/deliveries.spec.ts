import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Stripe } from 'stripe';
import { stripeLocal } from './stripe-local.fixture.js';

const SECRET = 'whsec_local';

describe('Deliveries of the stand-in', () => {
  const t = stripeLocal();
  let server: Server;
  let received: Stripe.Event[];
  let status: number;
  beforeAll(async () => {
    server = createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
        const signature = request.headers['stripe-signature'] as string;
        received.push(t.stripe.webhooks.constructEvent(Buffer.concat(chunks), signature, SECRET));
        response.writeHead(status).end();
        status = 200;
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.local.webhooks = [{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, secret: SECRET }];
  });
  beforeEach(() => {
    received = [];
    status = 200;
    Object.assign(t.local.knobs, { duplicate: false, delayMs: 0, reorder: 1, drop: undefined });
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const make = async (...names: string[]): Promise<void> => {
    for (const name of names) await t.stripe.customers.create({ name });
    await t.local.delivered();
  };
  const names = (): unknown[] => received.map(({ data }) => (data.object as Stripe.Customer).name);

  it('are signed as the real client expects, and name the version they are written in', async () => {
    await make('One');
    expect(received).toEqual([
      expect.objectContaining({ type: 'customer.created', livemode: false, api_version: '2026-10-28.endive' }),
    ]);
  });

  it('are tried again until they are taken', async () => {
    status = 500;
    await make('One');
    expect(names()).toEqual(['One', 'One']);
  });

  it('come twice, late, in another order or not at all when they are told to', async () => {
    t.local.knobs.duplicate = true;
    await make('One');
    expect(names()).toEqual(['One', 'One']);
    received = [];
    Object.assign(t.local.knobs, { duplicate: false, reorder: 3 });
    await make('1', '2', '3');
    expect(names().toSorted()).toEqual(['1', '2', '3']);
    received = [];
    Object.assign(t.local.knobs, { reorder: 1, drop: (type: string) => type === 'customer.created' });
    await make('Lost');
    expect(received).toEqual([]);
  });
});
