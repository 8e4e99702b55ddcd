import { Controller, Module } from '@nestjs/common';
import { defineService } from '../definition/define-service.js';
import { On, OnBatch } from '../definition/reacts.js';
import {
  gatewayService,
  OrderPlaced,
  ordersService,
  shopService,
  tenantsService,
  testOperations,
} from '../fixture/orders.fixture.js';
import { natsPermissions } from './permissions.js';

@Controller()
class Reactions {
  @On(OrderPlaced, { consumer: 'billing.usage' })
  onOrderPlaced(): Promise<void> {
    return Promise.resolve();
  }

  @OnBatch({ consumer: 'billing.trail' })
  onEverything(): Promise<void> {
    return Promise.resolve();
  }
}

@Module({ controllers: [Reactions] })
class BillingModule {}

@Module({ imports: [BillingModule] })
class OuterModule {}

describe('what a service may do on the bus', () => {
  const billing = defineService({ name: 'billing', module: OuterModule });
  const all = natsPermissions([ordersService, shopService, gatewayService, tenantsService, billing], testOperations);
  const mayPublish = (service: string): readonly string[] => all[service]?.publish.allow ?? [];

  it('lets everybody hear only calls to itself, its own replicas and its own inbox', () => {
    for (const name of Object.keys(all)) {
      expect(all[name]?.subscribe.allow).toEqual([`rpc.${name}.>`, `presence.${name}`, `_INBOX.${name}.>`]);
    }
  });

  it('lets the gateway call exactly the operations that HTTP reaches', () => {
    const called = mayPublish('gateway').filter((subject) => subject.startsWith('rpc.'));
    expect(called).toEqual([
      'rpc.orders.v1.PlaceOrder',
      'rpc.orders.v1.GetOrder',
      'rpc.orders.v1.PayBill',
      'rpc.orders.v1.CloseShop',
      'rpc.orders.v1.ImportOrders',
      'rpc.orders.v1.ExportOrders',
      'rpc.parcels.v1.ShipParcel',
      'rpc.orders._s.>',
    ]);
  });

  it('lets a service call exactly the operations that name it', () => {
    expect(mayPublish('shop').filter((subject) => subject.startsWith('rpc.'))).toEqual(['rpc.orders.v1.CountOrders']);
    expect(mayPublish('tenants').filter((subject) => subject.startsWith('rpc.'))).toEqual([]);
  });

  it('lets a service publish its own events and no other’s', () => {
    for (const name of Object.keys(all)) {
      expect(mayPublish(name).filter((subject) => subject.startsWith('events.'))).toEqual([`events.*.${name}.*`]);
    }
  });

  it('lets only the owner write a bucket, and a watcher only read it', () => {
    expect(mayPublish('tenants')).toContain('$KV.tenants.>');
    for (const name of ['orders', 'shop', 'gateway', 'billing']) {
      expect(mayPublish(name).some((subject) => subject.startsWith('$KV.'))).toBe(false);
    }
    expect(mayPublish('orders')).toContain('$JS.API.CONSUMER.CREATE.KV_tenants.>');
  });

  it('lets a service pull and acknowledge its own consumers, found in its module and what that imports', () => {
    expect(mayPublish('billing').filter((subject) => subject.includes('EVENTS'))).toEqual([
      '$JS.API.CONSUMER.INFO.EVENTS.billing-billing_usage-OrderPlaced',
      '$JS.API.CONSUMER.MSG.NEXT.EVENTS.billing-billing_usage-OrderPlaced',
      '$JS.ACK.EVENTS.billing-billing_usage-OrderPlaced.>',
      '$JS.API.CONSUMER.INFO.EVENTS.billing-billing_trail-batch',
      '$JS.API.CONSUMER.MSG.NEXT.EVENTS.billing-billing_trail-batch',
      '$JS.ACK.EVENTS.billing-billing_trail-batch.>',
    ]);
    expect(mayPublish('orders').some((subject) => subject.includes('EVENTS'))).toBe(false);
  });

  it('lets a service answer in no name but its own', () => {
    const answers = (name: string): string[] => mayPublish(name).filter((subject) => subject.startsWith('_INBOX'));
    for (const name of Object.keys(all)) expect(answers(name)).toEqual([`_INBOX.*.*.${name}.*`]);
  });

  it('lets nobody create or delete streams and consumers of events', () => {
    for (const name of Object.keys(all)) {
      expect(
        mayPublish(name).some((subject) =>
          /STREAM\.(CREATE|DELETE|UPDATE|PURGE)|CONSUMER\.(CREATE|DURABLE)\.EVENTS/.test(subject),
        ),
      ).toBe(false);
    }
  });
});
