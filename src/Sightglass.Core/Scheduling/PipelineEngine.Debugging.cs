using System.Globalization;
using Sightglass.Core.Debugging;
using Sightglass.Core.Executions.Decisions;

namespace Sightglass.Core.Scheduling;

/// <content>Breakpoints.</content>
public sealed partial class PipelineEngine
{
    /// <summary>Gives a view of this engine that stops at breakpoints.</summary>
    /// <param name="debug">Whether it stops; a view that does not runs what it is given and ignores its breakpoints.</param>
    public DebugEngine WithDebug(bool debug) => new(this, debug);

    /// <summary>Lets an execution stop before each attempt of a stage that is handed out from now on.</summary>
    /// <param name="id">The execution.</param>
    /// <param name="stage">The stage's id; of a <c>forEach</c> stage every instance stops.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="key">What makes a repetition known.</param>
    /// <remarks>While it stands stopped its status is paused and nothing new starts; what runs goes on. <see cref="ResumeAsync"/>
    /// lets it go on to the next breakpoint, <see cref="StepAsync"/> to the next stage.</remarks>
    public Task<CommandAnswer> SetBreakpointAsync(Guid id, string stage, string? by = null, IdempotencyKey? key = null) =>
        AskAsync(id, now => new SetBreakpoint(now, stage, Named(by)), key, "breakpoint/set/" + stage);

    /// <summary>Takes a breakpoint away. Where the execution stands stopped at it, it stays so.</summary>
    public Task<CommandAnswer> ClearBreakpointAsync(Guid id, string stage, string? by = null, IdempotencyKey? key = null) =>
        AskAsync(id, now => new ClearBreakpoint(now, stage, Named(by)), key, "breakpoint/clear/" + stage);

    /// <summary>Lets the stage start before which the execution stands stopped, and stops before the next one.</summary>
    public Task<CommandAnswer> StepAsync(Guid id, string? by = null, IdempotencyKey? key = null) =>
        AskAsync(id, now => new Step(now, Named(by)), key, "step");

    private static StartOutcome? RefuseBreakpoints(StartRequest request)
    {
        if (request.Breakpoints.Count == 0) return null;
        if (request.Breakpoints.Count > StartRequest.MaxBreakpoints)
            return Refused("breakpoint_invalid", string.Create(CultureInfo.InvariantCulture, $"An execution has at most {StartRequest.MaxBreakpoints} breakpoints; {request.Breakpoints.Count} were given."));
        var known = request.Definition.Stages.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        return request.Breakpoints.FirstOrDefault(b => !known.Contains(b)) is { } unknown
            ? Refused("breakpoint_invalid", $"There is no stage '{unknown}' to stop before; name a stage by its id.")
            : null;
    }
}
