import type { Bench } from './kinds.js';
import { newAccess, newReleasedAccess, newReviewedAccess, newSubject } from './subject-copies.js';
import { newDoneErasure, newErasure } from './subject-erasures.js';

/** Copies and erasures of a person's data, at the stages at which something can be done with them. */
export const subjectPlans = {
  subject: async (bench: Bench) => ({ subject: [await newSubject(bench)] }),
  access: newAccess,
  reviewedAccess: newReviewedAccess,
  releasedAccess: newReleasedAccess,
  erasure: newErasure,
  doneErasure: newDoneErasure,
};
