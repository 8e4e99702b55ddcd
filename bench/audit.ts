import { parseArgs } from 'node:util';
import { takeAuditPlace } from './audit/place.js';
import { measureProofs } from './audit/proofs.js';
import { measureVerifying } from './audit/verifying.js';
import { measureLag, measureWriting } from './audit/writing.js';

/**
 * What a provable audit log costs: row changes recorded, hashed, put into trees and signed, against a plain insert of the very
 * same rows by bare `pg`; how long after its commit an entry is signed; inclusion proofs of a long log; export and verification.
 */
const { values: options } = parseArgs({
  options: { leaves: { type: 'string', default: '10000000' }, entries: { type: 'string', default: '1000000' } },
});
const WRITERS = 4;

await using stack = new AsyncDisposableStack();
const { place, tenants } = await takeAuditPlace(stack, WRITERS + 2);
const [long, exported] = tenants.splice(WRITERS) as [string, string];
await measureWriting(place, tenants);
await measureLag(place, tenants);
await measureVerifying(place, exported, Number(options.entries));
await measureProofs(place, long, Number(options.leaves));
place.findings.keep('audit');
process.exitCode = place.findings.isHeld ? 0 : 1;
