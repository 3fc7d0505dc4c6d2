import type { ExecutionState } from '@sightglass/client';

/** What is said before a command that cannot be taken back. */
export interface Confirmation {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  /** The word for not doing it, never the command's own. */
  readonly dismiss: string;
}

export function confirmationOf(command: 'cancel' | 'delete', state: ExecutionState): Confirmation {
  if (command === 'delete') {
    return {
      title: 'Delete this execution?',
      text: `Its log, output and values are removed for good, and its child executions with it. Links to it will say that it was deleted. Nobody can bring it back.`,
      confirm: 'Delete the execution',
      dismiss: 'Keep it',
    };
  }
  const { running, pending } = state.progress;
  const stages = (n: number) => `${n} stage${n === 1 ? '' : 's'}`;
  return {
    title: 'Cancel this execution?',
    text: `${running > 0 ? `${stages(running)} that run${running === 1 ? 's' : ''} will be told to stop` : 'Nothing runs at the moment'}; ${pending > 0 ? `${stages(pending)} will never start` : 'no stage is waiting'}. What has completed stays, and all output can still be read.`,
    confirm: 'Cancel the execution',
    dismiss: 'Let it run',
  };
}
