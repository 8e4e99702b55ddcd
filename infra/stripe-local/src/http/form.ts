import { badParameter } from './problem.js';

/** Text, or what brackets nest: `a[b][0]=c` is `{ a: { b: { 0: 'c' } } }`. */
export type FormValue = string | Form;
/** The parameters of a request. */
export interface Form {
  [name: string]: FormValue;
}

const NAME = /^[^[\]]+/;
const NESTED = /\[([^[\]]*)\]/g;
const MAX_DEPTH = 6;

/** Reads a form-encoded body or query string. */
export function readForm(text: string): Form {
  const form = emptyForm();
  for (const [name, value] of new URLSearchParams(text)) put(form, pathOf(name), value);
  return form;
}

/** Without a prototype: a parameter may have any name. */
function emptyForm(): Form {
  return Object.create(null) as Form;
}

function pathOf(name: string): string[] {
  const head = NAME.exec(name)?.[0];
  const path = head === undefined ? [] : [head, ...[...name.matchAll(NESTED)].map(([, key]) => key ?? '')];
  if (path.length === 0 || path.length > MAX_DEPTH) throw badParameter(`Invalid parameter name: ${name}`, name);
  return path;
}

function put(form: Form, [first, ...rest]: string[], value: string): void {
  const name = first === '' ? String(Object.keys(form).length) : first!;
  if (rest.length === 0) {
    form[name] = value;
    return;
  }
  const inner = form[name];
  const next = typeof inner === 'object' ? inner : emptyForm();
  form[name] = next;
  put(next, rest, value);
}
