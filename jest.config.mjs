import './scripts/typescript.mjs'; // the set-up is TypeScript too

/**
 * Tests run against the sources in plain Node: scripts/typescript.mjs, which Node is started with, loads them. One
 * module registry a worker instead of one a suite makes the whole run several times faster; so a suite leaves nothing
 * behind in what modules keep.
 */
// eslint-disable-next-line no-restricted-exports -- Jest reads its configuration from the default export
export default {
  runner: 'jest-light-runner',
  testMatch: ['<rootDir>/{libs,services,infra,scripts,bench}/**/*.spec.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  globalSetup: '<rootDir>/libs/testing/src/global-setup.ts',
  globalTeardown: '<rootDir>/libs/testing/src/global-teardown.ts',
  maxWorkers: 2,
};
