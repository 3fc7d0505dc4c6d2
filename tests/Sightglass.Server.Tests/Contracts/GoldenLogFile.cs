using System.Text;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Tests;

namespace Sightglass.Server.Tests.Contracts;

/// <summary>A golden log as a store has it.</summary>
internal sealed class GoldenLogFile
{
    private GoldenLogFile(string name, IReadOnlyList<ExecutionEvent> events) => (Name, Events) = (name, events);

    public static string Folder { get; } = Path.Combine(RepositoryFiles.Root, "tests", "contracts");

    public string Name { get; }

    public IReadOnlyList<ExecutionEvent> Events { get; }

    public Guid Id => Events[0].ExecutionId;

    public static GoldenLogFile Read(string name) =>
        new(name, [.. File.ReadLines(Path.Combine(Folder, "logs", name + ".ndjson")).Where(l => l.Length > 0).Select(l => EventJson.Read(Encoding.UTF8.GetBytes(l)))]);

    /// <summary>Appends the events up to a sequence, behind those that are there.</summary>
    public async Task AppendAsync(IEventStore store, long after = 0, long upTo = long.MaxValue)
    {
        var state = new ExecutionState();
        foreach (var e in Events.Where(e => e.Seq <= upTo))
        {
            state.Apply(e);
            if (e.Seq <= after) continue;
            var line = Encoding.UTF8.GetBytes(File.ReadLines(Path.Combine(Folder, "logs", Name + ".ndjson")).ElementAt((int)e.Seq - 1) + "\n");
            var outcome = await store.AppendAsync(new Append
            {
                ExecutionId = Id,
                Epoch = 1,
                ExpectedLast = e.Seq - 1,
                Blocks = [new AppendBlock(e.Data.IsDecision ? BlockKind.Decision : BlockKind.Report, e.Seq, 1, line)],
                Summary = e.Data.IsDecision ? ExecutionSummary.Of(state) : null,
            });
            Xunit.Assert.Equal(AppendStatus.Appended, outcome.Status);
        }
    }

    /// <summary>Gets the messages that a client is expected to get, one a line.</summary>
    public static IReadOnlyList<JsonElement> Expected(string client, string name) =>
        [.. File.ReadLines(Path.Combine(Folder, "clients", client, name + ".ndjson")).Where(l => l.Length > 0).Select(l => JsonElement.Parse(l))];

    public static string ExpectedText(string client, string file) => File.ReadAllText(Path.Combine(Folder, "clients", client, file));
}
