using System.Diagnostics;
using System.Text.Json.Nodes;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Server.Tests.Page;

/// <summary>The page's fold and the server's have to come to the same state, whatever happened.</summary>
public sealed class FoldTests
{
    private const string Mixed = """
        id: mixed
        version: 2
        inputs: { who: { type: string, default: you } }
        stages:
          - id: list
            type: data
            data: { value: "[1, 2, 3]" }
          - id: each
            type: data
            forEach: ${{ stages.list.output }}
            data: { value: "item * 2" }
          - id: pick
            type: branch
            needs: [each]
            when: inputs.who == 'you'
            then: yes-side
            else: no-side
          - id: yes-side
            type: shell
            retry: { maxAttempts: 2, delay: 10ms }
            shell: { run: "echo out; echo err >&2; exit 1" }
          - id: no-side
            type: data
            data: { value: "1" }
        """;

    [Fact]
    public async Task Fold_comes_to_the_state_of_the_server_when_it_reads_the_same_log()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello, Some.Approval, Some.Waits, Some.Fails, Some.Printer, Mixed);
        var ids = new List<Guid>
        {
            await server.RunToEndAsync("hello", """{"input":"Ada","labels":{"a":"b"},"priority":"low"}"""),
            await server.RunToEndAsync("printer"),
            await server.RunToEndAsync("mixed"),
            await server.RunAsync("approval"),
        };
        var waits = await server.RunAsync("waits");
        await server.PostAsync($"/api/executions/{waits}/pause");
        ids.Add(waits);
        var cancelled = await server.RunAsync("waits");
        await server.PostAsync($"/api/executions/{cancelled}/cancel", """{"reason":"enough"}""");
        await server.EndAsync(cancelled);
        ids.Add(cancelled);
        var retried = await server.RunToEndAsync("fails");
        await server.PostAsync($"/api/executions/{retried}/retry");
        await server.EndAsync(retried);
        ids.Add(retried);

        foreach (var id in ids)
        {
            var log = (await server.GetAsync($"/api/executions/{id}/events", ("Accept", "application/x-ndjson"))).Text;
            var state = (await server.GetAsync($"/api/executions/{id}")).Text;
            var folded = await FoldAsync(log);
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(state), JsonNode.Parse(folded)), $"server {state}\npage   {folded}");
        }
    }

    /// <summary>Gets the recorded logs that every fold is held to.</summary>
    public static TheoryData<string> GoldenLogs()
    {
        var logs = Path.Combine(RepositoryFiles.Root, "tests", "contracts", "logs");
        return [.. Directory.EnumerateFiles(logs, "*.ndjson", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(logs, f)).Order(StringComparer.Ordinal)];
    }

    [Theory]
    [MemberData(nameof(GoldenLogs))]
    public async Task Fold_comes_to_the_recorded_state_when_it_reads_a_recorded_log(string log)
    {
        var path = Path.Combine(RepositoryFiles.Root, "tests", "contracts", "logs", log);
        var values = Path.ChangeExtension(path, "values.json");
        var folded = await FoldAsync(await File.ReadAllTextAsync(path), File.Exists(values) ? values : null);
        var state = await File.ReadAllTextAsync(Path.ChangeExtension(path, "state.json"));
        Assert.True(IsWithin(JsonNode.Parse(state), JsonNode.Parse(folded)), $"recorded {state}\npage     {folded}");
    }

    // States of released versions lack what later ones added.
    private static bool IsWithin(JsonNode? less, JsonNode? more) => (less, more) switch
    {
        (JsonObject l, JsonObject m) => l.All(member => m.TryGetPropertyValue(member.Key, out var value) && IsWithin(member.Value, value)),
        (JsonArray l, JsonArray m) => l.Count == m.Count && l.Zip(m).All(pair => IsWithin(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(less, more),
    };

    private static async Task<string> FoldAsync(string log, string? values = null)
    {
        const string Script = """
            import { readFileSync } from 'node:fs';
            const { createFold } = await import(process.argv[1]);
            const fold = createFold();
            const values = process.argv[2] ? JSON.parse(readFileSync(process.argv[2], 'utf8')) : {};
            for (const line of readFileSync(0, 'utf8').split('\n')) {
              if (line) fold.apply(JSON.parse(line));
              if (fold.missingPlan) fold.applyPlan(values[fold.missingPlan]);
            }
            process.stdout.write(JSON.stringify(fold.state()));
            """;
        var module = new Uri(Path.Combine(RepositoryFiles.Root, "src/Sightglass.Server/Page/files/fold.js")).ToString();
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--input-type=module", "-e", Script, module, values ?? ""]) start.ArgumentList.Add(argument);
        using var node = Process.Start(start)!;
        await node.StandardInput.WriteAsync(log);
        node.StandardInput.Close();
        var errors = node.StandardError.ReadToEndAsync();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, await errors);
        return output;
    }
}
