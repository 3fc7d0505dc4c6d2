export { followOverview } from './follow.js';
export type { FollowingOverview, ListedExecution, OverviewChange, OverviewDeletion, OverviewMode, OverviewModeDetail, OverviewOptions } from './following.js';
