import { parentPort } from 'node:worker_threads';
import { Examiner } from './examine.js';

// A thread of `ExaminerThreads`: a piece in, what was found out, in the same order.
const examiner = new Examiner();
parentPort!.on('message', ({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>) => {
  const examined = examiner.examine(Buffer.from(buffer, byteOffset, length));
  parentPort!.postMessage(examined, [examined.hashes.buffer, examined.sequences.buffer]);
});
