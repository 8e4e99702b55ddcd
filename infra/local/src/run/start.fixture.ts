import { serve } from '@tenantry/service';
import { sample } from './sample.fixture.js';
import { start } from './start.js';

/** The program that `npm start` runs, with one little service; with SAMPLE_SERVE it is that service alone. */
if (process.env.SAMPLE_SERVE) {
  await serve(sample(), process.env);
} else {
  const environment = { ...process.env, SAMPLE_SERVE: '1' };
  await start({ services: [sample()], mainOf: () => import.meta.filename, argv: process.argv.slice(2), environment });
  process.exit();
}
