using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Executions;

/// <summary>What a person may ask of an execution: the same over HTTP and over a socket.</summary>
internal static class ExecutionCommands
{
    /// <summary>The command that has more to check than its stage.</summary>
    public const string SetBreakpoint = "setBreakpoint";

    private static readonly Dictionary<string, Ask> Known = new(StringComparer.Ordinal)
    {
        ["cancel"] = static (engine, id, body, by, key) => engine.CancelAsync(id, by, body.Reason, key),
        ["pause"] = static (engine, id, body, by, key) => engine.PauseAsync(id, by, body.Reason, key),
        ["resume"] = static (engine, id, _, by, key) => engine.ResumeAsync(id, by, key),
        ["step"] = static (engine, id, _, by, key) => engine.StepAsync(id, by, key),
        ["retry"] = static (engine, id, _, by, key) => engine.RetryAsync(id, by, key),
        ["approve"] = static (engine, id, body, by, key) => AnswerApprovalAsync(engine, id, body, true, by, key),
        ["reject"] = static (engine, id, body, by, key) => AnswerApprovalAsync(engine, id, body, false, by, key),
        [SetBreakpoint] = static (engine, id, body, by, key) => body.Stage is { Length: > 0 } stage ? engine.SetBreakpointAsync(id, stage, by, key) : NameTheStage(),
        ["clearBreakpoint"] = static (engine, id, body, by, key) => body.Stage is { Length: > 0 } stage ? engine.ClearBreakpointAsync(id, stage, by, key) : NameTheStage(),
    };

    private delegate Task<CommandAnswer> Ask(PipelineEngine engine, Guid id, CommandBody body, string by, IdempotencyKey? key);

    /// <summary>Gets the names of the commands.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>Asks for a command.</summary>
    /// <param name="server">The server.</param>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="id">The execution.</param>
    /// <param name="body">What comes with it.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="key">What tells that it was asked before.</param>
    /// <returns>The answer, and how it is refused where it is.</returns>
    public static async Task<(CommandAnswer Answer, ApiProblem? Problem)> AskAsync(ServerContext server, string name, Guid id, CommandBody body, string by, IdempotencyKey? key)
    {
        var answer = await Known[name](server.Engine, id, body, by, key).ConfigureAwait(false);
        if (answer.Code == "execution_not_found") return (answer, await server.MissingAsync(id, CancellationToken.None).ConfigureAwait(false));

        // What is wanted is so already.
        return (answer, answer.Accepted || (name == "cancel" && answer.Code == "already_ended") ? null : Refusal(answer));
    }

    /// <summary>Gives the problem that a refusing answer is.</summary>
    public static ApiProblem Refusal(CommandAnswer answer)
    {
        var status = answer.Code switch
        {
            "execution_not_found" or "stage_not_found" => 404,
            "stage_required" => 400,
            "busy" => 429,
            "store_unavailable" => 503,
            _ => 409,
        };
        return new ApiProblem(status, answer.Code, answer.Message);
    }

    private static Task<CommandAnswer> AnswerApprovalAsync(PipelineEngine engine, Guid id, CommandBody body, bool granted, string by, IdempotencyKey? key) => body.Stage is { Length: > 0 } stage
        ? engine.AnswerAsync(id, stage, granted, by, body.Comment, key)
        : NameTheStage();

    private static Task<CommandAnswer> NameTheStage() => Task.FromResult(new CommandAnswer(false, "stage_required", "Name the stage: {\"stage\": \"…\"}."));
}
