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

    private static async Task<string> FoldAsync(string log)
    {
        const string Script = """
            import { readFileSync } from 'node:fs';
            const { Fold } = await import(process.argv[1]);
            const fold = new Fold();
            for (const line of readFileSync(0, 'utf8').split('\n')) if (line) fold.apply(JSON.parse(line));
            process.stdout.write(JSON.stringify(fold));
            """;
        var module = new Uri(Path.Combine(RepositoryFiles.Root, "src/Sightglass.Server/Page/files/fold.js")).ToString();
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--input-type=module", "-e", Script, module]) start.ArgumentList.Add(argument);
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
