import { faker } from '@faker-js/faker';
import type { Row } from './rows.js';

const COUNTS = {
  genres: 25,
  artists: 60,
  albums: 90,
  tracks: 900,
  employees: 8,
  customers: 59,
  invoices: 412,
  playlists: 18,
};

const times = <T>(count: number, make: (id: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index + 1));

function person(): Row {
  return {
    FirstName: faker.person.firstName(),
    LastName: faker.person.lastName(),
    Address: faker.location.streetAddress(),
    City: faker.location.city(),
    State: faker.location.state(),
    Country: faker.location.country(),
    PostalCode: faker.location.zipCode(),
    Phone: faker.phone.number(),
    Fax: null,
    Email: faker.internet.email(),
  };
}

function invoice(id: number): Row {
  return {
    InvoiceId: id,
    CustomerId: ((id - 1) % COUNTS.customers) + 1,
    InvoiceDate: faker.date.past().toISOString().slice(0, 19),
    BillingAddress: faker.location.streetAddress(),
    BillingCity: faker.location.city(),
    BillingState: '',
    BillingCountry: faker.location.country(),
    BillingPostalCode: faker.location.zipCode(),
    Total: 1.98,
  };
}

function track(id: number): Row {
  return {
    TrackId: id,
    Name: faker.music.songName(),
    AlbumId: ((id - 1) % COUNTS.albums) + 1,
    MediaTypeId: 1,
    GenreId: ((id - 1) % COUNTS.genres) + 1,
    Composer: null,
    Milliseconds: faker.number.int({ min: 60_000, max: 600_000 }),
    Bytes: faker.number.int({ min: 1_000_000, max: 20_000_000 }),
    UnitPrice: 0.99,
  };
}

/** Made-up rows in Chinook's shape, the same on every run. */
export function fakeChinook(): Record<string, Row[]> {
  faker.seed(412);
  return {
    Genre: times(COUNTS.genres, (id) => ({ GenreId: id, Name: faker.music.genre() })),
    MediaType: [{ MediaTypeId: 1, Name: 'MPEG audio file' }],
    Artist: times(COUNTS.artists, (id) => ({ ArtistId: id, Name: faker.music.artist() })),
    Album: times(COUNTS.albums, (id) => ({
      AlbumId: id,
      Title: faker.music.album(),
      ArtistId: ((id - 1) % COUNTS.artists) + 1,
    })),
    Track: times(COUNTS.tracks, track),
    Employee: times(COUNTS.employees, (id) => ({
      EmployeeId: id,
      Title: faker.person.jobTitle(),
      ReportsTo: id === 1 ? null : 1,
      BirthDate: '1970-01-01T00:00:00',
      HireDate: '2002-08-14T00:00:00',
      ...person(),
    })),
    Customer: times(COUNTS.customers, (id) => ({
      CustomerId: id,
      Company: faker.company.name(),
      SupportRepId: (id % COUNTS.employees) + 1,
      ...person(),
    })),
    Invoice: times(COUNTS.invoices, invoice),
    InvoiceLine: times(COUNTS.invoices * 2, (id) => ({
      InvoiceLineId: id,
      InvoiceId: Math.ceil(id / 2),
      TrackId: ((id - 1) % COUNTS.tracks) + 1,
      UnitPrice: 0.99,
      Quantity: 1,
    })),
    Playlist: times(COUNTS.playlists, (id) => ({ PlaylistId: id, Name: faker.music.genre() })),
    PlaylistTrack: times(COUNTS.tracks, (id) => ({ PlaylistId: ((id - 1) % COUNTS.playlists) + 1, TrackId: id })),
  };
}
