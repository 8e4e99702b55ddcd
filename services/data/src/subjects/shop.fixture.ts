import type { CreateTableRequest } from '@tenantry/contracts';
import type { RowsClient } from '../testing/data.fixture.js';

type Column = { name: string; type: string; [trait: string]: unknown };
const key = (name = 'id'): Column => ({ name, type: 'integer', primaryKey: true, classification: 'none' });
const text = (name: string, classification = 'personal'): Column => ({ name, type: 'text', classification });
const to = (name: string, table: string, traits: object = {}): Column => ({
  name,
  type: 'integer',
  references: { table, column: 'id' },
  ...traits,
});

/** A shop: customers with orders, staff who look after them, talk among customers, and a table that leads nowhere. */
export const SHOP = [
  { name: 'staff', subjectColumn: 'id', columns: [key(), text('name'), to('boss', 'staff')] },
  {
    name: 'customers',
    subjectColumn: 'id',
    columns: [
      key(),
      text('name'),
      { name: 'email', type: 'text', nullable: false, unique: true, classification: 'personal' },
      to('rep', 'staff'),
    ],
  },
  { name: 'products', columns: [key(), text('title', 'internal')] },
  { name: 'orders', columns: [key(), to('customer', 'customers'), text('address')] },
  { name: 'order_lines', columns: [key(), to('order', 'orders'), to('product', 'products')] },
  { name: 'comments', columns: [key(), to('author', 'customers'), to('parent', 'comments'), text('body')] },
  { name: 'messages', columns: [key(), to('sender', 'customers'), to('receiver', 'customers'), text('body')] },
  {
    name: 'cards',
    subjectColumn: 'holder',
    columns: [
      key(),
      to('holder', 'customers'),
      { name: 'pan', type: 'text', classification: 'phi' },
      { name: 'pin', type: 'text', classification: 'secret' },
    ],
  },
  { name: 'leads', columns: [key(), text('email')] },
] as readonly Partial<CreateTableRequest>[];

/** The shop's rows: customers 1 (Ann, of the test) and 2 (Bob). What has Bob's name in it is nobody's but his. */
export async function fillShop(rows: RowsClient, ann = 'Ann'): Promise<void> {
  for (const table of SHOP) await rows.createTable(table);
  await rows.post('staff', [
    { id: 1, name: 'Rita', boss: null },
    { id: 2, name: 'Sam', boss: 1 },
  ]);
  await rows.post('customers', [
    { id: 1, name: ann, email: `${ann}@x.example`, rep: 2 },
    { id: 2, name: 'Bob', email: 'bob@x.example', rep: 2 },
  ]);
  await rows.post('products', [{ id: 1, title: 'Pen' }]);
  await rows.post('orders', [
    { id: 10, customer: 1, address: `${ann}’s street` },
    { id: 11, customer: 1, address: null },
    { id: 20, customer: 2, address: 'Bob’s street' },
  ]);
  await rows.post('order_lines', [
    { id: 100, order: 10, product: 1 },
    { id: 101, order: 10, product: 1 },
    { id: 200, order: 20, product: 1 },
  ]);
  await rows.post('comments', [
    { id: 1, author: 1, parent: null, body: `by ${ann}` },
    { id: 2, author: 2, parent: 1, body: 'Bob answers' },
    { id: 3, author: null, parent: 1, body: 'by nobody, below' },
    { id: 4, author: null, parent: 3, body: 'by nobody, further below' },
    { id: 5, author: null, parent: 2, body: 'below Bob' },
  ]);
  await rows.post('messages', [
    { id: 1, sender: 1, receiver: 2, body: 'hello' },
    { id: 2, sender: 2, receiver: 1, body: 'hello back' },
    { id: 3, sender: 2, receiver: 2, body: 'Bob to himself' },
  ]);
  await rows.post('cards', [
    { id: 1, holder: 1, pan: '4111', pin: '0000' },
    { id: 2, holder: 2, pan: 'Bob’s', pin: '9999' },
  ]);
  await rows.post('leads', [{ id: 1, email: 'bob@lead.example' }]);
}
