import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Vault } from '@tenantry/database';
import type { Subject } from './conversation.js';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
const KEY = { table: 'agents.conversation', column: 'key' };
const VALUE = { table: 'agents.conversation_subject', column: 'value' };

/** What seals the messages of one conversation: AES-256-GCM, bound to the conversation and the message's place in it. */
export class MessageSeal {
  constructor(
    private readonly key: Uint8Array,
    private readonly conversationId: string,
  ) {}

  /** base64url of `iv | ciphertext | tag` */
  seal(position: number, said: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.key, iv).setAAD(this.placeOf(position));
    return Buffer.concat([iv, cipher.update(said, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** @throws Error when it was changed or moved */
  open(position: number, sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64url');
    const decipher = createDecipheriv(CIPHER, this.key, bytes.subarray(0, IV_BYTES)).setAAD(this.placeOf(position));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString();
  }

  private placeOf(position: number): Buffer {
    return Buffer.from(JSON.stringify([this.conversationId, position]));
  }
}

/** Seals what conversations have of people: each conversation's messages with a key of its own, which the tenant's key seals. */
@Injectable()
export class ConversationSeal {
  constructor(private readonly vault: Vault) {}

  /** A new random key of a conversation, sealed. */
  newKey(tenantId: string, conversationId: string): Promise<string> {
    return this.vault.seal(tenantId, { ...KEY, row: conversationId }, randomBytes(KEY_BYTES).toString('base64url'));
  }

  async open(tenantId: string, conversationId: string, sealedKey: string): Promise<MessageSeal> {
    const key = await this.vault.open(tenantId, { ...KEY, row: conversationId }, sealedKey);
    return new MessageSeal(Buffer.from(key, 'base64url'), conversationId);
  }

  /** A person as they are kept, and found again. */
  async sealSubject(
    tenantId: string,
    row: string,
    { table, value }: Subject,
  ): Promise<{ blind: number; value: string }> {
    const [blind, sealed] = await Promise.all([
      this.vault.blindIndex(tenantId, columnOf(table), value),
      this.vault.seal(tenantId, { ...VALUE, row }, value),
    ]);
    return { blind, value: sealed };
  }

  /** Under which indexes a person may have been kept. */
  indexesOf(tenantId: string, { table, value }: Subject): Promise<readonly number[]> {
    return this.vault.blindIndexes(tenantId, columnOf(table), value);
  }

  openSubject(tenantId: string, row: string, sealed: string): Promise<string> {
    return this.vault.open(tenantId, { ...VALUE, row }, sealed);
  }
}

/** The same value in two tables is not the same person. */
function columnOf(table: string): { table: string; column: string } {
  return { table: VALUE.table, column: `value of ${table}` };
}
