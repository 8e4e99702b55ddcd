import { Injectable } from '@nestjs/common';
import type { AuditEvent } from '@tenantry/contracts';
import { SubjectVault } from '@tenantry/database';
import { permits, type TenantContext } from '@tenantry/kernel';
import { valuesOf, type Rows, type StoredEntry } from './entry.table.js';

/** A classified value, opened: with its salt it proves what the commitment in the leaf commits to. */
export interface OpenedValue {
  readonly salt: string;
  readonly value: string;
}

/** Opened values by entry, side and field. */
export type Opened = ReadonlyMap<string, OpenedValue>;

const keyOf = (sequence: bigint, side: string, field: string): string => `${sequence} ${side} ${field}`;

/** An opened value of an entry; undefined when it was erased, or never was one. */
export function openedValue(
  opened: Opened,
  { sequence }: StoredEntry,
  side: 'old' | 'new',
  field: string,
): OpenedValue | undefined {
  return opened.get(keyOf(sequence, side, field));
}

/** How entries look to a reader: classified values are opened for those who hold `audit.values`, and stay commitments for others. */
@Injectable()
export class EntryView {
  constructor(private readonly subjects: SubjectVault) {}

  async show(entries: readonly StoredEntry[], rows: Rows, ctx: TenantContext): Promise<AuditEvent[]> {
    const opened = (await this.open(entries, rows, ctx)) ?? new Map<string, OpenedValue>();
    return entries.map((entry) => showEntry(entry, opened));
  }

  /** The classified values of entries that were not erased; null for a reader who may not see them. */
  async open(entries: readonly StoredEntry[], rows: Rows, ctx: TenantContext): Promise<Opened | null> {
    if (!permits(ctx.permissions, 'audit.values')) return null;
    const bySequence = new Map(entries.map((entry) => [entry.sequence, entry]));
    const opened = new Map<string, OpenedValue>();
    const kept = await valuesOf(rows, [...bySequence.keys()]);
    const texts = await this.subjects.open(
      ctx.tenantId,
      kept.map(({ sequence, field, sealed }) => {
        const { resource, resourceId } = bySequence.get(sequence)!;
        return { place: { table: resource, column: field, row: resourceId ?? '' }, sealed };
      }),
    );
    kept.forEach(({ sequence, side, field }, index) => {
      const text = texts[index];
      if (text === undefined) return; // the person was erased: what is left can't be opened
      const [salt, value] = JSON.parse(text) as [string, string];
      opened.set(keyOf(sequence, side, field), { salt, value });
    });
    return opened;
  }
}

function showValues(entry: StoredEntry, side: 'old' | 'new', opened: Opened): Record<string, unknown> | null {
  const values = entry[side];
  if (!values) return null;
  const shown = Object.entries(values).map(([field, value]) => {
    const found = openedValue(opened, entry, side, field);
    return [field, found ? { ...(value as object), ...found } : value];
  });
  return Object.fromEntries(shown) as Record<string, unknown>;
}

/** An entry as the API shows it; nothing is opened unless it is given. */
export function showEntry(entry: StoredEntry, opened: Opened = new Map()): AuditEvent {
  return {
    ...entry,
    old: showValues(entry, 'old', opened),
    new: showValues(entry, 'new', opened),
    leafHash: Buffer.from(entry.leafHash).toString('base64url'),
  };
}
