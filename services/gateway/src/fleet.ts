import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Bus, Presence } from '@tenantry/messaging';

/** The gateways that are alive now: each grants its part of every limit. */
export abstract class Fleet {
  /** How many there are, this one included. */
  abstract readonly size: number;
}

/** The gateways that announce themselves on the bus. */
@Injectable()
export class AnnouncedFleet extends Fleet implements OnApplicationShutdown {
  private readonly presence: Presence;

  constructor(bus: Bus) {
    super();
    this.presence = new Presence(bus);
  }

  get size(): number {
    return this.presence.size;
  }

  onApplicationShutdown(): void {
    this.presence.close();
  }
}
