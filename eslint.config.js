// The rules of CONTRIBUTING.md that a tool can check. A rule nobody checks does not hold. Those that need types are in
// .oxlintrc.json: oxlint asks the native compiler, in a tenth of the time.
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const only = (packages, owner) => ({ group: packages, message: `Only ${owner} may import this.` });

/** Libraries with a single importer: everything else goes through that library's door. */
const fenced = {
  database: only(['pg', 'pg-*', 'typeorm', '@nestjs/typeorm'], 'libs/database'),
  messaging: only(['@nats-io/*'], 'libs/messaging'),
  service: only(['undici', 'pino'], 'libs/service'),
};
const fencedExcept = (...owners) => [
  'error',
  {
    patterns: Object.entries(fenced)
      .filter(([owner]) => !owners.includes(owner))
      .map(([, rule]) => rule),
  },
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      'libs/contracts/src/gen/**',
      'services/console/src/api/contract.ts',
      '**/*.mjs',
      '*.js',
      '.nx/**',
      '.tenantry/**',
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    plugins: { '@typescript-eslint': tseslint.plugin, '@nx': nx },
    languageOptions: {
      parser: tseslint.parser,
    },
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 12],
      'max-depth': ['error', 3],
      'max-params': ['error', 5],
      'no-restricted-imports': fencedExcept(),
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'Settings are read in config.ts only.',
        },
      ],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'prefer-const': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'off', // verbatimModuleSyntax already tells the two apart
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          depConstraints: [
            { sourceTag: 'type:kernel', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:kernel', 'type:lib'] },
            { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['type:kernel', 'type:lib', 'type:infra'] },
            { sourceTag: 'type:service', onlyDependOnLibsWithTags: ['type:kernel', 'type:lib', 'type:testing'] },
            { sourceTag: 'type:pages', onlyDependOnLibsWithTags: ['type:kernel'] },
            { sourceTag: 'type:infra', onlyDependOnLibsWithTags: ['type:kernel', 'type:lib', 'type:infra'] },
          ],
        },
      ],
    },
  },
  { files: ['libs/database/**'], rules: { 'no-restricted-imports': fencedExcept('database') } },
  { files: ['libs/messaging/**', 'infra/**'], rules: { 'no-restricted-imports': fencedExcept('messaging') } },
  {
    // It attacks: behind the doors, as somebody who stole a login.
    files: ['infra/verify/**'],
    rules: { 'no-restricted-imports': fencedExcept('messaging', 'database') },
  },
  { files: ['libs/service/**'], rules: { 'no-restricted-imports': fencedExcept('service') } },
  { files: ['libs/testing/**', '**/*.spec.ts', 'bench/**', 'scripts/**'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['**/*.{spec,fixture}.ts', 'bench/**', 'scripts/**'],
    rules: { 'max-lines-per-function': 'off', '@nx/enforce-module-boundaries': 'off' },
  },
  { files: ['scripts/**', 'bench/**', 'infra/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/config.ts', 'scripts/**', 'infra/**', 'libs/testing/**', 'bench/**'],
    rules: {
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' }],
    },
  },
);
