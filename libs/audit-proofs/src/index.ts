export { BadCertificate, verifyCertificate, type VerifiedCertificate } from './certificate/verify-certificate.js';
export {
  originOf,
  parseCheckpoint,
  printCheckpoint,
  signCheckpoint,
  type Checkpoint,
  type SignedCheckpoint,
} from './checkpoint/checkpoint.js';
export {
  cosignatureOf,
  cosignedText,
  parseWitness,
  printCosignature,
  printWitness,
  type Cosignature,
} from './checkpoint/cosignature.js';
export {
  isSignedBy,
  parseNote,
  parseVerifier,
  printVerifier,
  publicKeyOf,
  signNote,
  type Note,
  type NoteVerifier,
} from './checkpoint/signed-note.js';
export { BadExport } from './export/bad-export.js';
export {
  EXPORT_FORMAT,
  printRetired,
  RETIRED_EXPORT_FORMAT,
  printEnd,
  printEntry,
  printHead,
  type Disclosed,
  type Disclosure,
  type ExportEnd,
  type ExportHead,
} from './export/format.js';
export { verifyExport, type Trusted, type Verified } from './export/verify-export.js';
export { BadReview, verifyReview, type ReviewedAccess, type VerifiedReview } from './review/verify-review.js';
export { consistencyRanges, verifyConsistency } from './tree/consistency.js';
export { Frontier } from './tree/frontier.js';
export { EMPTY_ROOT, hashLeaf, hashNode, sameHash } from './tree/hash.js';
export { inclusionRanges, verifyInclusion } from './tree/inclusion.js';
export { joinRange, subtreesOf, type LeafRange, type Subtree } from './tree/range.js';
