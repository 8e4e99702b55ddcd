import fc from 'fast-check';
import { slugProblem } from './slug.js';

describe('any slug', () => {
  const nearly = fc.oneof(
    fc.stringMatching(/^[a-z0-9-]{1,45}$/),
    fc.string(),
    fc.constantFrom('xn--bcher-kva', 'İstanbul', 'a..b', 'ﬀ-x'),
  );

  it('that is accepted is a host name label that browsers leave as it is', () => {
    fc.assert(
      fc.property(nearly, (slug) => {
        fc.pre(slugProblem(slug) === null);
        expect(new URL(`https://${slug}.app.example.com/`).hostname).toBe(`${slug}.app.example.com`);
      }),
      { numRuns: 1_000, maxSkipsPerRun: 50 },
    );
  });
});
