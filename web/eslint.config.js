import reactHooks from 'eslint-plugin-react-hooks';
import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';

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

const react = { group: ['react', 'react/*', 'react-dom', 'react-dom/*'], message: 'only src/react may import React' };

// Features lie side by side, so that what another one imports begins with '../' and its name. This list has no cycle; a
// test looks for those between files.
const boundaries = Object.entries(mayImport).map(([feature, allowed]) => ({
  files: [`client/src/${feature}/**/*.{ts,tsx}`],
  rules: {
    'no-restricted-imports': ['error', {
      patterns: [
        { group: ['../*', ...allowed.map((name) => `!../${name}`)], message: `${feature} may import ${allowed.join(', ') || 'nothing'} and itself` },
        ...(feature === 'react' ? [] : [react]),
      ],
    }],
  },
}));

// A feature of the dashboard imports itself, what is shared, and the client package; routes and the shell put features together.
const within = (files, outside) => ({
  files: [`dashboard/src/features/${files}.{ts,svelte}`],
  rules: {
    'no-restricted-imports': ['error', {
      patterns: [
        { regex: outside, message: 'a feature imports itself, shared/ and the client package' },
      ],
    }],
  },
});

const inDashboard = [
  within('*/*', String.raw`^\.\./(?!\.\./shared/)`),
  within('*/*/*', String.raw`^\.\./\.\./(?!\.\./shared/)`),
  {
    files: ['dashboard/src/shared/**/*.{ts,svelte}'],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: ['**/features/*'], message: 'what is shared knows no feature' }] }] },
  },
];

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '**/generated/'] },
  ...tseslint.configs.recommended,
  ...svelte.configs.recommended,
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: tseslint.parser } } },
  {
    files: ['**/*.svelte'],
    rules: {
      'max-lines': ['error', { max: 300 }],
      'svelte/no-at-html-tags': 'error',

      // The dashboard is served at the root of its address.
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
  {
    files: ['**/*.{ts,tsx,js}'],
    rules: { 'max-lines': ['error', { max: 400 }] },
  },
  {
    files: ['**/*.{ts,tsx,js,svelte}'],
    rules: {
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
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
    },
  },
  {
    files: ['client/src/react/**/*.{ts,tsx}', 'client/src/react.ts'],
    plugins: { 'react-hooks': reactHooks },
    rules: reactHooks.configs.recommended.rules,
  },
  ...boundaries,
  ...inDashboard,

  // What builds leave out of Svelte (dashboard/slimSvelteEdits.ts). Objects, lists, sets and maps are replaced whole, as
  // `$state.raw` asks: there is no deep state.
  {
    files: ['dashboard/src/**/*.svelte', 'dashboard/src/**/*.svelte.ts'],
    rules: {
      'svelte/prefer-svelte-reactivity': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'CallExpression[callee.name="$state"]', message: 'write $state.raw: builds have no deep state' },
        { selector: 'SvelteAwaitBlock', message: 'load pieces by shared/ui/Lazy.svelte: builds have no blocks that await' },
        { selector: ':matches(SvelteDirective[kind="Transition"], SvelteDirective[kind="Animation"])', message: 'nothing moves in or out: builds have no transitions' },
        { selector: 'SvelteStartTag:has(> SvelteStyleDirective):has(> SvelteAttribute[key.name="style"])', message: 'write style: alone: builds do not merge it with style' },
        { selector: 'SvelteDirective[kind="Class"]', message: 'write it in class="…": builds have no class:' },
        { selector: 'SvelteStyleDirective[key.modifiers.length>0]', message: 'write it without |important, which builds leave out' },
        { selector: 'SvelteElement[name.name="svelte:boundary"] > SvelteStartTag > SvelteAttribute[key.name="onerror"]', message: 'show what fails: builds tell nobody of it' },
        { selector: 'SvelteElement[name.name="svelte:head"]', message: 'name the document by shared/title.svelte.ts' },
      ],
    },
  },
  { files: ['**/scripts/*.js'], rules: { 'no-console': 'off' } },
);
