import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, type MicroserviceOptions, Payload, Transport } from '@nestjs/microservices';
import { nkeyAuthenticator } from '@nats-io/transport-node';
import { Column, DataSource, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import { type Item, MAX_CONNECTIONS } from './items.js';

/** The usual NestJS service: a message pattern, and a TypeORM transaction that names the tenant before the repository reads. */
@Entity({ schema: 'plain', name: 'guarded_item' })
class ItemRow {
  @PrimaryColumn('uuid', { name: 'tenant_id', select: false })
  tenantId!: string;

  @PrimaryColumn('uuid', { default: () => 'uuidv7()' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  status!: string;

  @Column('integer')
  amount!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

const source = await new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  entities: [ItemRow],
  poolSize: MAX_CONNECTIONS,
}).initialize();

function asTenant<T>(tenantId: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  return source.transaction(async (manager) => {
    await manager.query(`select set_config('app.tenant_id', $1, true)`, [tenantId]);
    return work(manager);
  });
}

@Controller()
class Items {
  @MessagePattern('items.read')
  read(@Payload() { tenantId, id }: { tenantId: string; id: string }): Promise<ItemRow> {
    return asTenant(tenantId, (manager) => manager.getRepository(ItemRow).findOneByOrFail({ id }));
  }

  @MessagePattern('items.list')
  list(@Payload() { tenantId }: { tenantId: string }): Promise<ItemRow[]> {
    return asTenant(tenantId, (manager) => manager.getRepository(ItemRow).find({ order: { id: 'asc' }, take: 50 }));
  }

  @MessagePattern('items.write')
  write(@Payload() { tenantId, item }: { tenantId: string; item: Item }): Promise<unknown> {
    return asTenant(tenantId, async (manager) => {
      const { generatedMaps } = await manager.getRepository(ItemRow).insert({ ...item, tenantId });
      return { ...item, ...generatedMaps[0] };
    });
  }
}

@Module({ controllers: [Items] })
class Service {}

const authenticator = nkeyAuthenticator(new TextEncoder().encode(process.env.BENCH_NKEY));
const app = await NestFactory.createMicroservice<MicroserviceOptions>(Service, {
  transport: Transport.NATS,
  options: { servers: [process.env.NATS_URL!], queue: 'items', authenticator },
  logger: false,
});
await app.listen();
console.log('answers items');
