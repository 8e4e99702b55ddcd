/** Where the subjects' keys are unless an operator says otherwise: on the same server, in a database beside the given one. */
export function subjectKeysUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `${url.pathname === '/' ? '/postgres' : url.pathname}_keys`;
  return url.href;
}
