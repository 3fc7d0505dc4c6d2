namespace Sightglass.Core.Definitions;

/// <summary>Why a cron expression cannot be read.</summary>
/// <param name="Message">One sentence for people.</param>
/// <param name="Suggestion">What to write instead.</param>
/// <param name="Column">The column in the expression, from 1.</param>
internal sealed record CronError(string Message, string? Suggestion, int Column);
