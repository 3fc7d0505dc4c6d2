/** What a new pipeline can begin with. */
export interface Template {
  readonly key: string;
  readonly label: string;
  readonly hint: string;
  /** All below the description. */
  readonly rest: string;
}

export const templates: readonly Template[] = [
  {
    key: 'command', label: 'A command', hint: 'One stage with an input.',
    rest: `inputs:
  name: { type: string, default: World, description: Whom to greet. }

stages:
  - id: greet
    name: Greet
    type: shell
    shell:
      env: { NAME: "\${{ inputs.name }}" }
      run: echo "Hello, $NAME"
`,
  },
  {
    key: 'parallel', label: 'Stages side by side', hint: 'Two at once, and one that waits for both.',
    rest: `stages:
  - id: build
    name: Build
    type: shell
    shell: { run: echo building }

  - id: test
    name: Test
    type: shell
    needs: [build]
    shell: { run: echo testing }

  - id: check
    name: Check
    type: shell
    needs: [build]
    shell: { run: echo checking }

  - id: publish
    name: Publish
    type: shell
    needs: [test, check]
    shell: { run: echo publishing }
`,
  },
  {
    key: 'approval', label: 'An approval', hint: 'Somebody is asked before the last stage runs.',
    rest: `stages:
  - id: prepare
    name: Prepare
    type: shell
    shell: { run: echo preparing }

  - id: release
    name: Release
    type: shell
    triggers: { all: [{ completed: prepare }, { approval: { message: "Release it?" } }] }
    shell: { run: echo released }
`,
  },
];

const longestId = 60;

/** The file that a new pipeline begins with. Its id is made of its name. */
export function fileOf({ rest }: Template, name: string): string {
  const shown = name.trim() || 'My pipeline';
  const id = shown.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, longestId).replace(/^-+|-+$/g, '') || 'my-pipeline';
  return `id: ${id}\nname: ${JSON.stringify(shown)}\ndescription: What it is for.\n\n${rest}`;
}

/** Reads the id that a pipeline's text gives itself; empty where it gives none. */
export const idOf = (text: string): string => /^id:[ \t]*["']?([A-Za-z0-9-]+)/m.exec(text)?.[1] ?? '';
