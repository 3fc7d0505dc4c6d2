import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const client = './client/src';

// Which feature may import which: the features named, itself, and nothing else of this package.
const mayImport = {
  generated: [],
  fold: ['generated'],
  api: ['generated'],
  streaming: ['api', 'fold'],
  runs: ['api', 'streaming'],
  logs: ['api'],
  look: [],
  react: ['api', 'logs', 'look', 'runs'],
  element: ['api', 'logs', 'look', 'streaming'],
};

const boundaries = Object.entries(mayImport).map(([feature, allowed]) => ({
  target: `${client}/${feature}`,
  from: client,
  except: [feature, ...allowed].map((name) => `./${name}`),
  message: `${feature} may import ${allowed.length > 0 ? allowed.join(', ') : 'nothing'} and itself: see eslint.config.js`,
}));

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '**/generated/'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx,js}'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.tsx', '.js'], extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } })],
    },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-unresolved': 'off',
      'import-x/no-restricted-paths': ['error', { zones: boundaries }],
      'max-lines': ['error', { max: 400 }],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['client/src/**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'off',

      // Only what is made for React may need it.
      'no-restricted-imports': ['error', { patterns: [{ group: ['react', 'react/*', 'react-dom', 'react-dom/*'], message: 'only src/react may import React' }] }],
    },
  },
  {
    files: ['client/src/react/**/*.{ts,tsx}', 'client/src/react.ts'],
    plugins: { 'react-hooks': reactHooks },
    rules: { ...reactHooks.configs.recommended.rules, 'no-restricted-imports': 'off' },
  },
  { files: ['**/scripts/*.js'], rules: { 'no-console': 'off' } },
);
