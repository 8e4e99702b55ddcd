import { Agent, request } from 'node:http';

/** A request as a client sends it. */
export interface Asked {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A program ends although connections are still open. */
const agent = new Agent({ keepAlive: true });

/** Asks over a connection that is free, or a new one; done when the whole answer is there. @throws Error when it is no success */
export async function ask({ url, method, headers, body }: Asked): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  request(url, { method, headers, agent }, (answer) => {
    const status = answer.statusCode ?? 0;
    answer.on('error', reject).on('end', () => {
      if (status >= 200 && status < 300) resolve();
      else reject(new Error(`${method} ${url} answered ${status}`));
    });
    answer.resume();
  })
    .on('error', reject)
    .end(body);
  await promise;
}

/** Lets go of every connection. */
export const hangUp = (): void => agent.destroy();
