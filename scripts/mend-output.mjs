const BROKEN = 'new _SuppressedError(e, env.error, "An error was suppressed during disposal.")';
const MENDED = 'new SuppressedError(e, env.error, `${env.error}; and while it was closed: ${e}`)';

/**
 * What swc printed, with its helper for `using` mended: inlined, it declares the class of errors that hide others by one name and makes it by another
 * (1.16.18), so of two failures only a ReferenceError was seen. Node has that class itself; whoever reads its message is told both.
 */
export function mendOutput(code) {
  return code.replaceAll(BROKEN, MENDED);
}
