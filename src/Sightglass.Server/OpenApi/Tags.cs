namespace Sightglass.Server.OpenApi;

/// <summary>The groups of routes in the description of the API.</summary>
internal static class Tags
{
    public const string Pipelines = "pipelines";
    public const string Executions = "executions";
    public const string Streaming = "streaming";
    public const string Commands = "commands";
    public const string Debugging = "debugging";
    public const string Schedules = "schedules";
    public const string Webhooks = "webhooks";
    public const string Access = "access";
    public const string Contracts = "contracts";
    public const string Server = "server";

    /// <summary>Gets every group with what it is about, in the order in which they are shown.</summary>
    public static IReadOnlyList<(string Name, string Text)> All { get; } =
    [
        (Pipelines, "Pipelines: the files, their graphs, and starting them."),
        (Executions, "Executions: lists, states, what stages printed."),
        (Streaming, "Logs of executions as they are written."),
        (Commands, "What people ask of executions. Each may be sent again under its Idempotency-Key."),
        (Debugging, "Breakpoints."),
        (Schedules, "What starts by itself."),
        (Webhooks, "Results that are delivered."),
        (Access, "Who may do what."),
        (Contracts, "The same executions as existing clients expect them."),
        (Server, "The server itself."),
    ];
}
