using Sightglass.Core.Ports;

namespace Sightglass.Core.Retention;

/// <summary>Says what may go, from the rules and the time alone.</summary>
public static class RetentionPlanner
{
    /// <summary>Gives, for each pipeline that keeps not everything, which of its ended executions may go.</summary>
    /// <param name="options">The rules.</param>
    /// <param name="pipelines">The pipelines that have ended executions.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<EndedQuery> Plan(RetentionOptions options, IEnumerable<string> pipelines, DateTimeOffset now)
    {
        var plan = new List<EndedQuery>();
        foreach (var pipeline in pipelines)
        {
            var rule = options.For(pipeline);
            if (rule == RetentionRule.KeepAll) continue;
            plan.Add(new EndedQuery
            {
                PipelineId = pipeline,

                // An age beyond the beginning of time keeps everything.
                EndedBefore = rule.MaxAge is not { } age ? null : age < now - DateTimeOffset.MinValue ? now - age : DateTimeOffset.MinValue,
                BeyondNewest = rule.MaxCount,
            });
        }

        return plan;
    }
}
