import autocannon from 'autocannon';

/** What a flood asks for. */
export interface Flood {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly connections: number;
  /** Requests a second, whatever comes back. */
  readonly perSecond: number;
}

/** What became of a flood's requests. */
export interface Flooded {
  readonly accepted: number;
  readonly refused: number;
  readonly failed: number;
}

/** Floods a server from a thread of its own, so that it does not hold up the one that measures. */
export async function flood(
  origin: string,
  { method, path, headers, body, connections, perSecond }: Flood,
  durationS: number,
): Promise<Flooded> {
  const requests = [{ method, path, headers, ...(body === undefined ? {} : { body }) }];
  const paced = { overallRate: perSecond, ignoreCoordinatedOmission: true };
  const result = await autocannon({ url: origin, requests, connections, duration: durationS, workers: 1, ...paced });
  return { accepted: result['2xx'], refused: result['4xx'] + result['5xx'], failed: result.errors };
}
