import { type Dispatcher, Response } from 'undici';
import { OutboundError } from './outbound-error.js';

/** Answers that have no body (Fetch standard, null body status). */
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * An answer as the web's clients read it, no faster than they do; it fails as soon as it is larger than it may be. A thousand are open at once, and
 * undici's own `fetch` keeps a request, its copy, three signals and two piped streams for each.
 */
export function answerAsItComes({ statusCode, headers, body }: Dispatcher.ResponseData, maxBytes: number): Response {
  const given = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    [value ?? []].flat().map((one) => [name, one]),
  );
  const init = { status: statusCode, headers: given };
  if (!WITHOUT_BODY.has(statusCode)) return new Response(readableOf(body, maxBytes), init);
  letGo(body);
  return new Response(null, init);
}

/** Reads no more of a body. What is destroyed says that it was, and nobody listens. */
export function letGo(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => undefined).destroy();
}

function readableOf(body: Dispatcher.ResponseData['body'], maxBytes: number): ReadableStream<Uint8Array> {
  let size = 0;
  let isOver = false;
  const end = (act: () => void): void => {
    if (!isOver) act();
    isOver = true;
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        body.on('data', (chunk: Uint8Array) => {
          if (isOver) return;
          size += chunk.byteLength;
          if (size > maxBytes) {
            end(() => controller.error(new OutboundError('too-large', `The answer is larger than ${maxBytes} bytes`)));
            body.destroy();
          } else {
            body.pause(); // before whoever waits for the chunk asks for the next
            controller.enqueue(chunk);
          }
        });
        body.once('end', () => end(() => controller.close()));
        body.on('error', (error) => end(() => controller.error(error)));
        body.pause();
      },
      pull() {
        body.resume();
      },
      cancel() {
        end(() => undefined);
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
