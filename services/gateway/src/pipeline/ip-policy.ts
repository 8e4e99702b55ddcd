import { Injectable } from '@nestjs/common';
import { Fault } from '@tenantry/kernel';
import { Directories, type KeyEntry, type PolicyEntry } from '@tenantry/messaging';
import { AddressList } from '../addresses.js';
import type { Exchange, Step } from './exchange.js';

type Policed = KeyEntry | PolicyEntry;

/** Keeps a tenant, and each of its keys, to the network addresses that it allows; an empty list allows all. */
@Injectable()
export class IpPolicy implements Step {
  /** Parsed once for each entry; a changed entry is another object. */
  private readonly lists = new WeakMap<Policed, AddressList>();

  constructor(private readonly directories: Directories) {}

  run({ party, credential, incoming }: Exchange): void {
    this.check(this.directories.policies.get(party.tenantId), incoming.clientIp);
    if (credential.kind === 'key') this.check(credential.entry, incoming.clientIp);
  }

  private check(entry: Policed | undefined, clientIp: string): void {
    if (entry && entry.allowedIps.length > 0 && !this.listOf(entry).has(clientIp)) throw new Fault('address-refused');
  }

  private listOf(entry: Policed): AddressList {
    const list = this.lists.get(entry) ?? new AddressList(entry.allowedIps);
    this.lists.set(entry, list);
    return list;
  }
}
