using System.Text;
using Sightglass.Core.Executions;
using Sightglass.Core.Graphs;
using Sightglass.Core.Tests.Definitions;
using Sightglass.Core.Tests.Executions.Golden;
using Xunit;

namespace Sightglass.Core.Tests.Graphs;

/// <summary>What a drawing says of an execution is what its log says.</summary>
public sealed class GraphStateTests
{
    private const string Branches = """
        stages:
          - { id: choose, type: branch, when: "false", then: large, else: small }
          - { id: large, data: { value: "1" } }
          - { id: small, data: { value: "1" } }
        """;

    [Theory]
    [InlineData("running", "#3182CE", "rolling back", "undo_running")]
    [InlineData("completed", "#718096", "rolled back", "undo_completed")]
    [InlineData("partly", "#D69E2E", "partly rolled back", "undo_partly")]
    [InlineData("failed", "#E53E3E", "rollback failed", "undo_failed")]
    public void Stage_that_was_taken_back_does_not_look_completed(string undo, string color, string word, string name)
    {
        var graph = Build("stages: [{ id: a, shell: { run: x } }]");
        var state = new GraphState(new Dictionary<string, StageStatus> { ["a"] = StageStatus.Completed }) { Undos = new Dictionary<string, string> { ["a"] = undo } };

        Assert.Contains($"    a [fillcolor=\"{color}\", style=\"rounded,filled\", label=\"a\\n(shell)\\n{word}\"];", DotWriter.Write(graph, state), StringComparison.Ordinal);
        var mermaid = MermaidWriter.Write(graph, state);
        Assert.Contains($"s0[\"a<br/>(shell)<br/>{word}\"]", mermaid, StringComparison.Ordinal);
        Assert.EndsWith($"    class s0 {name}\n    classDef {name} fill:{color},color:#FFFFFF\n", mermaid, StringComparison.Ordinal);
        Assert.Contains($"\"status\":\"completed\",\"undo\":\"{undo}\"", Encoding.UTF8.GetString(GraphJson.Write(graph, state)), StringComparison.Ordinal);
    }

    [Fact]
    public void Rollback_is_read_off_the_log()
    {
        var state = GraphState.Of(GoldenFiles.Read("rollback").Fold());

        Assert.Equal("failed", state.Undos["charge"]);
        Assert.Equal("completed", state.Undos["reserve"]);
    }

    [Fact]
    public void Way_that_a_branch_did_not_take_is_drawn_as_such()
    {
        var graph = Build(Branches);
        var state = GraphState.Of(GoldenFiles.Read("branch-and-skips").Fold());

        Assert.Equal("small", state.Taken["choose"]);
        var dot = DotWriter.Write(graph, state);
        Assert.Contains("    choose -> large [label=\"when false\\nnot taken\", style=dashed, color=\"#718096\", fontcolor=\"#718096\"];", dot, StringComparison.Ordinal);
        Assert.Contains("    choose -> small [label=\"otherwise\"];", dot, StringComparison.Ordinal);
        var mermaid = MermaidWriter.Write(graph, state);
        Assert.Contains("s0 -.->|\"when false<br/>not taken\"| s1", mermaid, StringComparison.Ordinal);
        Assert.Contains("s0 -->|\"otherwise\"| s2", mermaid, StringComparison.Ordinal);
        var json = Encoding.UTF8.GetString(GraphJson.Write(graph, state));
        Assert.Contains("\"label\":\"when false\",\"taken\":false}", json, StringComparison.Ordinal);
        Assert.Contains("\"label\":\"otherwise\",\"taken\":true}", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Branch_that_has_not_chosen_has_ways_that_look_alike()
    {
        var graph = Build(Branches);
        var state = new GraphState(new Dictionary<string, StageStatus> { ["choose"] = StageStatus.Running });

        Assert.DoesNotContain("not taken", DotWriter.Write(graph, state), StringComparison.Ordinal);
        Assert.DoesNotContain("taken", Encoding.UTF8.GetString(GraphJson.Write(graph, state)), StringComparison.Ordinal);
    }

    private static PipelineGraph Build(string yaml) => PipelineGraph.Build(Read.Yaml(yaml).Definition!);
}
