const reasons: Record<string, string> = {
  condition_false: 'its condition was not met', branch_not_taken: 'another branch was taken', dependency_skipped: 'a stage before it was skipped',
  dependency_failed: 'a stage before it failed', trigger_impossible: 'its trigger can no longer come', trigger_timeout: 'its trigger did not come in time',
  execution_failed: 'another stage failed', execution_cancelled: 'the execution was cancelled', early_exit: 'the execution finished early', not_run: 'it was not run',
  unreachable: 'its worker did not answer',
};

/** Why a stage was skipped or cancelled, in words; a reason that this dashboard does not know as it is. */
export const reasonText = (reason: string): string => (Object.hasOwn(reasons, reason) ? reasons[reason]! : reason);
