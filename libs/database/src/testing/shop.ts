import { type EventFacts, type FieldFacts, field } from '@tenantry/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The schema of the specs' own service. */
export const SHOP = {
  name: 'shop',
  migrations: new URL('./migrations/', import.meta.url),
  jobs: ['signin', 'register', 'count'],
};

@Entity({ schema: 'shop', name: 'thing' })
export class ThingRow {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid' }) id!: string;
  @Column({ type: 'text' }) name!: string;
  @Column({ type: 'bigint' }) amount!: bigint;
  @Column({ type: 'jsonb', nullable: true }) tags!: unknown;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
}

export class ThingAdded {
  static readonly typeName = 'tenantry.shop.v1.ThingAdded';
  static readonly fields: readonly FieldFacts[] = [field('thing_id', 'string'), field('name', 'string')];
  static readonly event: EventFacts = {
    service: 'shop',
    name: 'ThingAdded',
    subjectSuffix: 'shop.ThingAdded',
    action: 'thing.added',
  };

  thingId = '';
  name = '';

  constructor(values: Partial<ThingAdded> = {}) {
    Object.assign(this, values);
  }
}
