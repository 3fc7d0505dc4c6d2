/** What a new pipeline begins with. */
export const template = `id: my-pipeline
name: My pipeline
description: What it is for.

inputs:
  name: { type: string, default: World, description: Whom to greet. }

stages:
  - id: greet
    name: Greet
    type: shell
    shell:
      env: { NAME: "\${{ inputs.name }}" }
      run: echo "Hello, $NAME"
`;

/** Reads the id that a pipeline's text gives itself; empty where it gives none. */
export const idOf = (text: string): string => /^id:[ \t]*["']?([A-Za-z0-9-]+)/m.exec(text)?.[1] ?? '';
