// Runs in a worker thread: the dictionaries cost a second and 70 MB to load, and a cunning password takes the estimator
// long enough that the service would stand still. No relative imports: Node loads this file as it is in tests.
import { parentPort } from 'node:worker_threads';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import * as common from '@zxcvbn-ts/language-common';
import * as english from '@zxcvbn-ts/language-en';

const estimator = new ZxcvbnFactory({
  // Wikipedia's words are in the common words already, and would double the time to start.
  dictionary: { ...common.dictionary, ...english.dictionary, 'wikipedia-en': [] },
  graphs: common.adjacencyGraphs,
  // Both bound the time of one estimate; what lies beyond can only make a password harder to guess.
  l33tMaxSubstitutions: 10,
  maxLength: 64,
});

parentPort?.on('message', (question: { id: number; password: string; known: string[] }) => {
  const { score } = estimator.check(question.password, question.known);
  parentPort?.postMessage({ id: question.id, score });
});
