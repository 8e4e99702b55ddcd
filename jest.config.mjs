process.env.TENANTRY_FROM_SOURCE = '1';
await import('./scripts/typescript.mjs');

/** Tests run against the sources: `@tenantry/*` resolves to TypeScript, which swc transforms file by file. */
// eslint-disable-next-line no-restricted-exports -- Jest reads its configuration from the default export
export default {
  testMatch: ['<rootDir>/{libs,services,infra,scripts,bench}/**/*.spec.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'] },
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['tenantry:source', 'node', 'node-addons'] },
  globalSetup: '<rootDir>/libs/testing/src/global-setup.ts',
  globalTeardown: '<rootDir>/libs/testing/src/global-teardown.ts',
  testTimeout: 30_000,
  workerIdleMemoryLimit: '1GB', // modules of finished suites are not given back otherwise
};
