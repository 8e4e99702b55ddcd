import { type OrderTerm, queryLimits } from './query.js';
import { Scanner } from './scanner.js';

/** Reads `order=name.desc.nullslast,…`. @throws Fault `malformed-request` or `query-not-supported` */
export function parseOrder(text: string, part: string): readonly OrderTerm[] {
  const scanner = new Scanner(text, part);
  const terms: OrderTerm[] = [];
  do {
    scanner.skipSpaces();
    terms.push(orderTerm(scanner));
    scanner.skipSpaces();
    if (terms.length > queryLimits.orderTerms) {
      throw scanner.fault(`more than ${queryLimits.orderTerms} terms`);
    }
  } while (scanner.take(','));
  if (!scanner.done) {
    throw scanner.fault('unexpected text');
  }
  return terms;
}

function orderTerm(scanner: Scanner): OrderTerm {
  const column = scanner.name();
  if (scanner.sees('(')) {
    throw scanner.notSupported('Ordering by a column of an embedded table');
  }
  if (scanner.sees('->')) {
    throw scanner.notSupported('A path into JSON (->)');
  }
  let descending = false;
  let nulls: OrderTerm['nulls'] = null;
  if (scanner.take('.desc')) {
    descending = true;
  } else {
    scanner.take('.asc');
  }
  if (scanner.take('.nullsfirst')) {
    nulls = 'first';
  } else if (scanner.take('.nullslast')) {
    nulls = 'last';
  }
  if (scanner.sees('.')) {
    throw scanner.fault('expected asc or desc, then nullsfirst or nullslast');
  }
  return { column, descending, nulls };
}
