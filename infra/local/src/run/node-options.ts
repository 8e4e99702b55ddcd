/**
 * How Node runs a service that has a process of its own. V8 takes what memory a machine has before it looks for garbage: young objects get up to 96 MB, and
 * old ones may become four times as many. So a service that streams would hold what it was done with long ago. These do not limit what a service may need.
 */
export const SERVICE_NODE_OPTIONS = [
  '--enable-source-maps',
  '--max-semi-space-size=8', // MB; young objects take three times that
  '--heap-growing-percent=30', // old objects, until garbage among them is looked for
] as const;
