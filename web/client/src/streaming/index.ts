export { followExecution } from './follow.js';
export type { FollowEnd, FollowMode, FollowOptions, Following, ModeDetail, ParkedReason } from './following.js';
