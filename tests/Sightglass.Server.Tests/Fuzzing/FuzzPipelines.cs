using System.Text;
using Sightglass.Core.Stages.Code;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>The pipelines of the run. None starts a process: it is the server that is tried, and what is written over a pipeline
/// must reach nothing else.</summary>
internal static class FuzzPipelines
{
    private const string Hello = """
        id: hello
        inputs:
          name: { type: string, required: true }
        stages:
          - id: greet
            type: data
            data: { value: inputs.name }
        """;

    // Prints, logs, fails once, and gives a value that is too large for an event.
    private const string Printer = """
        id: printer
        schedules:
          - { id: rarely, cron: "@yearly" }
        stages:
          - id: print
            type: code
            code: { name: print }
          - id: after
            type: data
            needs: [print]
            data: { value: stages.print.output }
        """;

    private const string Fan = """
        id: fan
        stages:
          - id: each
            type: code
            forEach: ${{ [1, 2, 3] }}
            code: { name: one }
        """;

    private const string Fails = """
        id: fails
        stages:
          - id: bad
            type: data
            data: { value: 1 / 0 }
        """;

    // Its receiver is an address that is refused, so that every message becomes a dead letter at once.
    private const string Hook = """
        id: hook
        webhooks:
          - url: http://127.0.0.1:9/
        stages:
          - id: one
            type: data
            data: { value: "1" }
        """;

    /// <summary>Gets the files by their ids.</summary>
    public static IReadOnlyDictionary<string, string> Files { get; } = new Dictionary<string, string>
    {
        ["hello"] = Hello,
        ["printer"] = Printer,
        ["fan"] = Fan,
        ["fails"] = Fails,
        ["hook"] = Hook,
        ["approval"] = Some.Approval,
        ["waits"] = Some.Waits,
    };

    public static IReadOnlyList<string> Stages { get; } = ["greet", "print", "after", "ask", "first", "held", "bad", "each", "each[0]", "fetch", "load", "agree"];

    /// <summary>Gets what is written over pipelines of the run's own.</summary>
    public static byte[] Yaml { get; } = Encoding.UTF8.GetBytes("id: made-1\nname: Made # by hand\nstages:\n  - id: one\n    type: data\n    data: { value: \"1\" }\n  - { id: two, type: data, needs: [one], data: { value: stages.one.output } }\n");

    public static CodeRegistry Code { get; } = new CodeRegistry()
        .Register("one", static _ => 1)
        .Register("print", static async context =>
        {
            await context.ProgressAsync(0.5, "half");
            await context.LogAsync("a warning", Core.Stages.LogSeverity.Warning);
            for (var i = 0; i < 20; i++) await context.Output.WriteLineAsync($"line {i} <b>\u001b[31m\0");
            await context.Error.WriteLineAsync("an error");
            return new string('v', 100_000);
        });
}
