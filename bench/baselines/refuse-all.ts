import { createServer } from 'node:http';

/** Refuses everything at once: what a flood costs this machine when nobody works on it. */
const server = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(429).end());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}`);
});
