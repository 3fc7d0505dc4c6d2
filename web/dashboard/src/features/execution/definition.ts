/** What the timeline takes from the definition that an execution was started with. */
export interface StageFacts {
  /** How many attempts a turn has at most. */
  readonly maxAttempts: number;
  /** Name of the personality of an agent. */
  readonly personality: string | null;
  /** What it waits for, as the definition has it. */
  readonly triggers?: unknown;
}

export type DefinitionFacts = ReadonlyMap<string, StageFacts>;

interface Definition {
  defaults?: { retry?: { maxAttempts?: unknown } };
  personalities?: Record<string, { name?: unknown } | undefined>;
  stages?: readonly { id?: unknown; retry?: { maxAttempts?: unknown }; agent?: { personality?: unknown }; triggers?: unknown }[];
}

/** Picks the facts out of a definition; what is not as expected is left out. */
export function factsOf(definition: unknown): DefinitionFacts {
  const { defaults, personalities, stages } = (definition ?? {}) as Definition;
  const facts = new Map<string, StageFacts>();
  for (const { id, retry, agent, triggers } of Array.isArray(stages) ? (stages as NonNullable<Definition['stages']>) : []) {
    if (typeof id !== 'string') continue;
    const attempts = Number((retry ?? defaults?.retry)?.maxAttempts ?? 1);
    const personality = agent?.personality;
    const name = typeof personality === 'string' ? personalities?.[personality]?.name ?? personality : null;
    facts.set(id, { maxAttempts: attempts >= 1 ? attempts : 1, personality: typeof name === 'string' ? name : null, ...(triggers !== undefined && { triggers }) });
  }
  return facts;
}
