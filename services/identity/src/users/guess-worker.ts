// Runs in a worker thread: the dictionaries cost a second and 70 MB to load, and a cunning password takes the estimator
// long enough that the service would stand still. No relative imports: Node loads this file as it is in tests.
import { parentPort } from 'node:worker_threads';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import * as common from '@zxcvbn-ts/language-common';
import * as english from '@zxcvbn-ts/language-en';

// The largest two lists take two thirds of the time to start and add little: Wikipedia's words are common words, and one's
// own last name comes with the e-mail address.
const large = new Set(['wikipedia-en', 'lastnames-en']);
const words = Object.fromEntries(Object.entries(english.dictionary).filter(([name]) => !large.has(name)));

const estimator = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...words },
  graphs: common.adjacencyGraphs,
  // Both bound the time of one estimate; what lies beyond can only make a password harder to guess.
  l33tMaxSubstitutions: 10,
  maxLength: 64,
});

parentPort?.on('message', (question: { id: number; password: string; known: string[] }) => {
  const { score } = estimator.check(question.password, question.known);
  parentPort?.postMessage({ id: question.id, score });
});
