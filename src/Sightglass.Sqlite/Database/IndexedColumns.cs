using Sightglass.Core.Executions;

namespace Sightglass.Sqlite.Database;

/// <summary>The columns of a summary's row that indexes hold and that can change.</summary>
internal sealed record IndexedColumns(ExecutionStatus Status, DateTimeOffset? EndedAt, DateTimeOffset? NextDue, string? ExternalId);
