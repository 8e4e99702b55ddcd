import {
  collectInvoice,
  collectTenantInvoice,
  getInvoice,
  getPayment,
  getStripeEvent,
  listStripeEvents,
  replayStripeEvent,
  replayStripeEvents,
  type Invoice,
  type StripeEvent,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { signature } from '@tenantry/stripe-local';
import { staff } from '../billing.fixture.js';
import {
  addCard,
  deliverEvents,
  owe,
  paymentsOnRealPostgres,
  press,
  receive,
  WEBHOOK_SECRET,
} from './payments.fixture.js';

describe('Events of Stripe', () => {
  const { t, local } = paymentsOnRealPostgres();
  let stop: () => Promise<void>;
  beforeAll(async () => {
    stop = await deliverEvents(t, local());
  });
  beforeEach(async () => {
    Object.assign(local().knobs, { duplicate: false, reorder: 1, drop: undefined });
    await local().delivered();
    await t.database.admin('delete from billing.stripe_event');
  });
  afterAll(() => stop());

  const body = (facts: object = {}): Buffer =>
    Buffer.from(
      JSON.stringify({
        id: `evt_${newId()}`,
        object: 'event',
        type: 'x.y',
        livemode: false,
        created: 1,
        data: { object: {} },
        ...facts,
      }),
    );
  const send = (bytes: Buffer, secret = WEBHOOK_SECRET, atMs = Date.now()) =>
    receive(t.bus, bytes, signature(bytes.toString(), secret, atMs));
  const events = async (input: object = {}): Promise<StripeEvent[]> =>
    (await t.bus.call(listStripeEvents, input, staff())).data;
  /** An invoice whose payer is at their bank. */
  const atTheBank = async (): Promise<{ invoice: Invoice; paymentId: string; actionUrl: string }> => {
    await addCard(t.a, 'pm_card_authenticationRequired');
    const invoice = await owe(t, t.a);
    const { id, actionUrl } = await t.a.call(collectInvoice, {
      invoiceId: invoice.id,
      returnUrl: 'https://a.example/',
    });
    await local().delivered();
    return { invoice, paymentId: id, actionUrl: actionUrl! };
  };
  const statusOf = async ({ id: invoiceId }: Invoice): Promise<string> =>
    (await t.a.call(getInvoice, { invoiceId })).status;

  it('pay the invoice that they tell of, and say what they changed', async () => {
    const { invoice, paymentId, actionUrl } = await atTheBank();
    await press(actionUrl, 'authenticate');
    await local().delivered();
    expect(await statusOf(invoice)).toBe('paid');
    const effects = (await events({ tenantId: t.a.id })).flatMap((event) => event.effects);
    expect(effects).toContainEqual({ paymentId, field: 'status', before: 'action_required', after: 'succeeded' });
    expect(await events({ tenantId: t.b.id })).toEqual([]);
  });

  it.each([
    ['twice', { duplicate: true }],
    ['in another order', { reorder: 4 }],
    ['with the newest lost', { drop: (type: string) => type === 'payment_intent.succeeded' }],
  ])('come to the same when they come %s', async (_how, knobs) => {
    Object.assign(local().knobs, knobs);
    const { invoice, paymentId, actionUrl } = await atTheBank();
    await press(actionUrl, 'authenticate');
    await local().delivered();
    expect(await statusOf(invoice)).toBe('paid');
    expect(await t.a.call(getPayment, { paymentId })).toMatchObject({ status: 'succeeded' });
    const paid = (await t.outbox()).filter(({ type }) => type === 'InvoicePaid');
    expect(paid).toHaveLength(1);
    const seen = await events();
    expect(new Set(seen.map(({ stripeId }) => stripeId)).size).toBe(seen.length);
  });

  it('are kept as they came, and counted when they come again', async () => {
    const bytes = body({ data: { object: { note: 'ä  spaced' } } });
    expect(await send(bytes)).toMatchObject({ duplicate: false });
    expect(await send(bytes)).toMatchObject({ duplicate: true });
    const [event] = await events();
    expect(event).toMatchObject({ status: 'ignored', deliveries: 2, body: null });
    expect((await t.bus.call(getStripeEvent, { eventId: event!.id }, staff())).body).toBe(bytes.toString());
  });

  it.each([
    ['a wrong signature', () => send(body(), 'whsec_other')],
    ['a stale signature', () => send(body(), WEBHOOK_SECRET, Date.now() - 400_000)],
    ['no signature', () => receive(t.bus, body(), 'x')],
  ])('are refused with %s, and nothing is kept', async (_what, sent) => {
    await expect(sent()).rejects.toBeFault('signature-refused');
    expect(await events()).toEqual([]);
  });

  it('are refused when one byte differs from what was signed', async () => {
    const bytes = body();
    const signed = signature(bytes.toString(), WEBHOOK_SECRET);
    await expect(receive(t.bus, Buffer.from(bytes.toString().replace('x.y', 'x.z')), signed)).rejects.toBeFault(
      'signature-refused',
    );
    await expect(receive(t.bus, Buffer.from(` ${bytes.toString()}`), signed)).rejects.toBeFault('signature-refused');
  });

  it.each([
    ['of live mode', { livemode: true }],
    ['of an account that is not connected', { account: 'acct_somebody' }],
  ])('are refused when they are %s, and nothing is kept', async (_what, facts) => {
    await expect(send(body(facts))).rejects.toBeFault('conflict');
    expect(await events()).toEqual([]);
  });

  it('never believe what they say: neither the tenant in their metadata nor the state of their payment', async () => {
    const { invoice, paymentId } = await atTheBank();
    const [event] = (await events()).filter(({ type }) => type === 'payment_intent.requires_action');
    const kept = JSON.parse((await t.bus.call(getStripeEvent, { eventId: event!.id }, staff())).body!) as {
      data: { object: object };
    };
    const object = { ...kept.data.object, status: 'succeeded', metadata: { tenantry_id: t.b.id } };
    await send(body({ type: 'payment_intent.succeeded', data: { object } }));
    expect(await statusOf(invoice)).toBe('open');
    expect(await t.a.call(getPayment, { paymentId })).toMatchObject({ status: 'action_required' });
    expect(await events({ tenantId: t.b.id })).toEqual([]);
  });

  it('are tried again when the provider can not be asked, and none is lost', async () => {
    const { invoice, actionUrl } = await atTheBank();
    local().faults.next('GET /v1/payment_intents/:id', 'server-error');
    local().faults.next('GET /v1/payment_intents/:id', 'server-error');
    await press(actionUrl, 'authenticate');
    await local().delivered();
    const [failed] = await events({ status: 'failed' });
    expect(failed?.failure).toMatch(/^unavailable: /);
    await t.database.admin(
      "update billing.stripe_event set next_at = now() - interval '1 minute' where next_at is not null",
    );
    await t.bus.runSchedule('billing.apply-events');
    expect(await events({ status: 'failed' })).toEqual([]);
    expect(await statusOf(invoice)).toBe('paid');
  });

  it('are applied again one by one or all of a time, and change nothing that is so already', async () => {
    await addCard(t.a);
    const invoice = await owe(t, t.a);
    await t.bus.call(collectTenantInvoice, { tenantId: t.a.id, invoiceId: invoice.id }, staff());
    await local().delivered();
    const all = await events({ tenantId: t.a.id });
    const before = (await t.outbox()).length;
    const again = await t.bus.call(replayStripeEvent, { eventId: all[0]!.id }, staff());
    expect(again).toMatchObject({ status: 'applied', attempts: all[0]!.attempts + 1, effects: all[0]!.effects });
    const range = { from: new Date(Date.now() - 60_000), to: new Date(Date.now() + 60_000) };
    const { count } = await t.bus.call(replayStripeEvents, range, staff());
    expect(count).toBe((await events()).length);
    await t.bus.runSchedule('billing.apply-events');
    // One that came before its customer was known may have found its tenant only now.
    const known = (await events({ tenantId: t.a.id })).filter(({ id }) => all.some((one) => one.id === id));
    expect(known.map(({ attempts }) => attempts)).toEqual(
      all.map(({ attempts, id }) => attempts + (id === all[0]!.id ? 2 : 1)),
    );
    expect(await t.outbox()).toHaveLength(before);
    const backwards = t.bus.call(replayStripeEvents, { from: range.to, to: range.from }, staff());
    await expect(backwards).rejects.toBeFault('invalid-input', { field: 'to' });
  });

  it('are forgotten after 30 days but for their ids: one that comes again is still a duplicate, and can be replayed', async () => {
    const [old, recent] = [body(), body()];
    for (const one of [old, recent]) await send(one);
    const { id: stripeId } = JSON.parse(old.toString()) as { id: string };
    await t.database.admin(
      `update billing.stripe_event set received_at = received_at - interval '30 days 1 minute' where stripe_id = $1`,
      [stripeId],
    );
    await t.bus.runSchedule('billing.forget-event-bodies');
    const bodies = await t.database.admin<{ body: Buffer | null }>(
      'select body from billing.stripe_event order by received_at',
    );
    expect(bodies.map((row) => row.body?.toString() ?? null)).toEqual([null, recent.toString()]);
    expect(await send(old)).toMatchObject({ stripeId, duplicate: true });
    const { id: eventId } = (await events()).find((event) => event.stripeId === stripeId)!;
    expect(await t.bus.call(getStripeEvent, { eventId }, staff())).toMatchObject({ body: null, deliveries: 2 });
    expect(await t.bus.call(replayStripeEvent, { eventId }, staff())).toMatchObject({ status: 'ignored', attempts: 2 });
  });
});
