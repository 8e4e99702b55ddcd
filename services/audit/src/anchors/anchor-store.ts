import { Injectable } from '@nestjs/common';
import { parseCheckpoint, sameHash } from '@tenantry/audit-proofs';
import { ControlDatabase, type Job } from '@tenantry/database';
import { Archive, Bus } from '@tenantry/messaging';
import { noteOf } from '../proofs/checkpoint.js';
import { LogAltered, readRoots } from '../proofs/stored-tree.js';
import { readHashes } from '../proofs/subtree.table.js';
import type { AnchorPlace } from './anchor-place.js';
import type { DueAnchor } from './anchor.table.js';

const HOUR_MS = 3_600_000;

/** A head as the store has it. */
export interface Anchor {
  readonly size: number;
  readonly storedAt: Date;
  readonly note: string;
}

/** The write-once store on NATS: what is there nobody replaces, with the database's superuser and the signing key neither. */
@Injectable()
export class AnchorStore implements AnchorPlace {
  readonly everyMs = HOUR_MS;
  private readonly archive: Archive;
  private readonly job: Job;

  constructor(bus: Bus, control: ControlDatabase) {
    this.archive = new Archive(bus, 'audit_anchors');
    this.job = control.job('audit_anchorer');
  }

  async keep({ tenantId, anchoredSize, newest }: DueAnchor): Promise<null> {
    if (anchoredSize > 0) await this.compareLast(tenantId, anchoredSize);
    const key = `${tenantId}.${newest.size}`;
    if (await this.archive.put(key, noteOf(newest))) return null;
    const there = await this.archive.get(key);
    if (there && !sameHash(parseCheckpoint(there.text).root, newest.root)) {
      throw new LogAltered(`another head of ${tenantId} at ${newest.size} is in the store`);
    }
    return null;
  }

  /** Anchors of a tenant that cover at least so many entries, the smallest first; and the size of the next one. */
  async list(tenantId: string, from: number, limit: number): Promise<{ anchors: Anchor[]; next: number | null }> {
    const keys = await this.archive.keys(tenantId);
    const all = keys.map((key) => Number(key.slice(tenantId.length + 1))).filter((size) => size >= from);
    const sizes = all.toSorted((one, other) => one - other);
    const found = await this.archive.getAll(sizes.slice(0, limit).map((size) => `${tenantId}.${size}`));
    const anchors = found.map(({ text, storedAt }) => ({ size: parseCheckpoint(text).size, storedAt, note: text }));
    return { anchors, next: sizes[limit] ?? null };
  }

  /** What was put there last must still be the beginning of the log. */
  private async compareLast(tenantId: string, size: number): Promise<void> {
    const last = await this.archive.get(`${tenantId}.${size}`);
    if (!last) return; // older than what is kept
    const [root] = await readRoots(tenantId, [{ from: 0, to: size }], readHashes(this.job));
    if (!sameHash(parseCheckpoint(last.text).root, root!)) {
      throw new LogAltered(`the first ${size} entries of ${tenantId} are not those that the store has the head of`);
    }
  }
}
