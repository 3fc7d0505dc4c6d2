import type { StageState } from '@sightglass/client';
import type { ExecutionGraph } from '../../shared/execution.js';
import { waitedFor } from '../../shared/waits.js';
import type { Answer } from './facts.js';

/** What a stage waits for, in a word; empty where it waits for nothing. */
export const waitsFor = (stage: StageState): string => (stage.waitingFor === null ? '' : waitedFor(stage.waitingFor));

const ends = new Set(['completed', 'failed', 'skipped', 'cancelled']);

/** The stages that one which has not started waits for: those before it that have not ended. */
export function parentsOf({ id, status }: StageState, stages: readonly StageState[], graph: ExecutionGraph | null): StageState[] {
  if (status !== 'pending' || !graph) return [];
  const before = new Set(graph.edges.filter(({ to }) => to === id).map(({ from }) => from));
  return stages.filter((stage) => before.has(stage.id) && !ends.has(stage.status));
}

/** What somebody answered to an approval, in words, with what they said. */
export const answerText = ({ isGranted, by, comment }: Answer): string =>
  by === 'timeout' ? `${isGranted ? 'Approved' : 'Rejected'}, since nobody answered in time`
    : `${isGranted ? 'Approved' : 'Rejected'}${by ? ` by ${by}` : ''}${comment ? `: ${comment}` : ''}`;

/** How far the rollback of a stage is, in words, and why it failed. */
export const undoText = (undo: string, error: string | null): string =>
  undo === 'completed' ? 'its work was taken back' : undo === 'running' ? 'its work is being taken back' : `its work could not be taken back${error ? `: ${error}` : ''}`;

const traits: Record<string, string> = { tone: 'Tone', style: 'Style', riskTolerance: 'Risk tolerance', domain: 'Domain specialty', collaboration: 'Collaboration style', constraints: 'Constraints' };

/** The traits of a personality as names and values; what this dashboard does not know keeps its own name. */
export function traitsOf(personality: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(personality)
    .filter(([name, value]) => name !== 'name' && name !== 'description' && value !== null && value !== undefined)
    .map(([name, value]) => [traits[name] ?? name, Array.isArray(value) ? value.map(String).join('; ') : typeof value === 'object' ? JSON.stringify(value) : String(value)]);
}

const levels = ['none', 'agent', 'supervisor', 'human'];

/** How far up messages went, in words behind a number; nothing where none did. */
export function escalationOf(messages: readonly { readonly escalationLevel: string }[]): string {
  const level = Math.max(0, ...messages.map(({ escalationLevel }) => levels.indexOf(escalationLevel)));
  return level === 0 ? '' : `, escalated to ${levels[level]!}`;
}
