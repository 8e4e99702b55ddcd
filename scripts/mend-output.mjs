/**
 * What swc printed, with its helper for `using` mended: inlined, it declares the class of errors that hide others by one name and makes it by another
 * (1.16.18), so of two failures only a ReferenceError was seen. Node has that class itself.
 */
export function mendOutput(code) {
  return code.replaceAll('new _SuppressedError(', 'new SuppressedError(');
}
