using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Executions;

/// <summary>What a person may ask of an execution: the same over HTTP and over a socket.</summary>
internal static class ExecutionCommands
{
    /// <summary>The command that has more to check than its stage.</summary>
    public const string SetBreakpoint = "setBreakpoint";

    private static readonly Dictionary<string, Ask> Known = new(StringComparer.Ordinal)
    {
        ["cancel"] = static (engine, id, body, who, key) => engine.CancelAsync(id, who.By, body.Reason, key),
        ["pause"] = static (engine, id, body, who, key) => engine.PauseAsync(id, who.By, body.Reason, key),
        ["resume"] = static (engine, id, _, who, key) => engine.ResumeAsync(id, who.By, key),
        ["step"] = static (engine, id, _, who, key) => engine.StepAsync(id, who.By, key),
        ["retry"] = static (engine, id, _, who, key) => engine.RetryAsync(id, who.By, key),
        ["approve"] = static (engine, id, body, who, key) => AnswerApprovalAsync(engine, id, body, true, who, key),
        ["reject"] = static (engine, id, body, who, key) => AnswerApprovalAsync(engine, id, body, false, who, key),
        [SetBreakpoint] = static (engine, id, body, who, key) => body.Stage is { Length: > 0 } stage ? engine.SetBreakpointAsync(id, stage, who.By, key) : NameTheStage(),
        ["clearBreakpoint"] = static (engine, id, body, who, key) => body.Stage is { Length: > 0 } stage ? engine.ClearBreakpointAsync(id, stage, who.By, key) : NameTheStage(),
    };

    private delegate Task<CommandAnswer> Ask(PipelineEngine engine, Guid id, CommandBody body, Approver who, IdempotencyKey? key);

    /// <summary>Gets the names of the commands.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>Gives the least role for a command. Whom an approval is for, the approval says.</summary>
    public static Role RoleFor(string name) => name is "approve" or "reject" ? Role.Viewer : Role.Operator;

    /// <summary>Asks for a command.</summary>
    /// <param name="server">The server.</param>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="id">The execution.</param>
    /// <param name="body">What comes with it.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="key">What tells that it was asked before.</param>
    /// <returns>The answer, and how it is refused where it is.</returns>
    public static async Task<(CommandAnswer Answer, ApiProblem? Problem)> AskAsync(ServerContext server, string name, Guid id, CommandBody body, Caller caller, IdempotencyKey? key)
    {
        var role = await server.Scope.RoleAsync(caller, id, CancellationToken.None).ConfigureAwait(false);
        var answer = await Known[name](server.Engine, id, body, new Approver(caller, role), key).ConfigureAwait(false);
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
            "approval_forbidden" => 403,
            "busy" => 429,
            "store_unavailable" => 503,
            _ => 409,
        };
        return new ApiProblem(status, answer.Code, answer.Message);
    }

    private static Task<CommandAnswer> AnswerApprovalAsync(PipelineEngine engine, Guid id, CommandBody body, bool granted, Approver who, IdempotencyKey? key) => body.Stage is { Length: > 0 } stage
        ? engine.AnswerAsync(id, stage, granted, who.By, body.Comment, key, who.May)
        : NameTheStage();

    private static Task<CommandAnswer> NameTheStage() => Task.FromResult(new CommandAnswer(false, "stage_required", "Name the stage: {\"stage\": \"…\"}."));
}
