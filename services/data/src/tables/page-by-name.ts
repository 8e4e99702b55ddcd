const DEFAULT_LIMIT = 50;

/** One page of things by name, and the name after which the next page starts (null on the last). */
export function pageByName<T extends { readonly name: string }>(
  all: readonly T[],
  after: string | null,
  limit: number | null | undefined,
): { page: readonly T[]; last: string | null } {
  const size = limit ?? DEFAULT_LIMIT;
  const rest = all.filter(({ name }) => after === null || name > after).sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = rest.slice(0, size);
  return { page, last: rest.length > size ? page.at(-1)!.name : null };
}
