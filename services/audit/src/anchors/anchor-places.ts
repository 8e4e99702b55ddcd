import { Injectable } from '@nestjs/common';
import { AnchorMail } from './anchor-mail.js';
import type { AnchorPlace } from './anchor-place.js';
import { AnchorStore } from './anchor-store.js';
import type { Place } from './anchor.table.js';
import { Witness } from './witness.js';

/** Every place in which heads are kept. */
@Injectable()
export class AnchorPlaces {
  private readonly places: Readonly<Record<Place, AnchorPlace>>;

  constructor(store: AnchorStore, mail: AnchorMail, witness: Witness) {
    this.places = { store, mail, witness };
  }

  of(place: Place): AnchorPlace {
    return this.places[place];
  }
}
