using System.Text;
using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Graphs;
using Sightglass.Core.Tests.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Graphs;

public sealed class PipelineGraphTests
{
    [Fact]
    public void Dot_is_that_of_the_contract()
    {
        // The types are those of a pipeline that another program runs.
        var definition = new PipelineDefinition
        {
            Id = "feature",
            Stages =
            [
                new() { Id = "planning", Name = "Planning", Type = "plan loop" },
                new() { Id = "specification", Name = "Specification", Type = "spec loop", Needs = ["planning"] },
                new()
                {
                    Id = "implementation", Name = "Implementation", Type = "phase loop",
                    Triggers = new() { All = [new() { Completed = "specification" }, new() { Event = "spec.ready" }] },
                },
            ],
        };

        var dot = DotWriter.Write(PipelineGraph.Build(definition), new GraphState(new Dictionary<string, StageStatus> { ["planning"] = StageStatus.Running }));

        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "contracts", "visualization.dot")), dot);
    }

    [Theory]
    [InlineData(StageStatus.Queued, "\"#A0AEC0\"")]
    [InlineData(StageStatus.Waiting, "\"#D69E2E\"")]
    [InlineData(StageStatus.Blocked, "\"#805AD5\"")]
    [InlineData(StageStatus.Running, "green")]
    [InlineData(StageStatus.Completed, "\"#38A169\"")]
    [InlineData(StageStatus.Failed, "\"#E53E3E\"")]
    [InlineData(StageStatus.Cancelled, "\"#718096\"")]
    [InlineData(StageStatus.Skipped, "\"#718096\"")]
    public void Dot_colours_a_stage_by_its_state(StageStatus status, string color)
    {
        var dot = DotWriter.Write(Build("stages: [{ id: a, shell: { run: x } }]"), new GraphState(new Dictionary<string, StageStatus> { ["a"] = status }));

        Assert.Contains($"    a [fillcolor={color}, style=\"rounded,filled", dot, StringComparison.Ordinal);
    }

    [Fact]
    public void Dot_says_nothing_of_state_when_nothing_runs()
    {
        var graph = Build("stages: [{ id: a, shell: { run: x } }]");

        Assert.DoesNotContain("Current state", DotWriter.Write(graph), StringComparison.Ordinal);
        Assert.DoesNotContain("Current state", DotWriter.Write(graph, new GraphState(new Dictionary<string, StageStatus> { ["a"] = StageStatus.Pending })), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a-b", "\"a-b\"")]
    [InlineData("1a", "\"1a\"")]
    [InlineData("node", "\"node\"")]
    [InlineData("Graph", "\"Graph\"")]
    [InlineData("a_1", "a_1")]
    public void Dot_quotes_ids_that_need_it(string id, string written)
    {
        var graph = PipelineGraph.Build(new PipelineDefinition { Stages = [new() { Id = id, Shell = new() }] });

        Assert.Contains($"    {written} [label=\"{id}\\n(shell)\"", DotWriter.Write(graph), StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_names_stay_text()
    {
        const string Name = "\"]; evil [x=\"\\\n<script>alert(1)</script> |end; #35; %% 😀";
        var graph = PipelineGraph.Build(new PipelineDefinition { Stages = [new() { Id = "end", Name = Name, Shell = new() }] });

        Assert.Contains("""    end [label="\"]; evil [x=\"\\\n<script>alert(1)</script> |end; #35; %% 😀\n(shell)", shape=box, style=rounded];""", DotWriter.Write(graph), StringComparison.Ordinal);
        Assert.Equal(
            "flowchart LR\n    s0[\"#34;#93;#59; evil #91;x#61;#34;#92;<br/>#60;script#62;alert#40;1#41;#60;/script#62; #124;end#59; #35;35#59; #37;#37; 😀<br/>(shell)\"]\n",
            MermaidWriter.Write(graph));
        using var json = JsonDocument.Parse(GraphJson.Write(graph));
        Assert.Equal(Name, json.RootElement.GetProperty("nodes")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("needs: [a]", "Completion", "on completion")]
    [InlineData("triggers: { completed: a }", "Completion", "on completion")]
    [InlineData("triggers: { failed: a }", "Failure", "on failure")]
    [InlineData("triggers: { ended: a }", "End", "on end")]
    [InlineData("triggers: { all: [{ completed: a }, { event: spec.ready }] }", "Completion", "on event\nspec.ready")]
    [InlineData("triggers: { all: [{ failed: a }, { event: spec.ready }] }", "Failure", "on failure\non event\nspec.ready")]
    [InlineData("triggers: { all: [{ completed: a }, { approval: {} }] }", "Completion", "approval")]
    [InlineData("triggers: { all: [{ completed: a }, { timer: 5m }] }", "Completion", "after 5m")]
    [InlineData("triggers: { all: [{ completed: a }, { any: [{ event: go }, { approval: {} }] }] }", "Completion", "on event\ngo\nor approval")]
    [InlineData("triggers: { any: [{ completed: a }, { event: go }] }", "Completion", "on completion\nor on event\ngo")]
    [InlineData("triggers: { when: \"stages.a.output.ok\" }", "Completion", "when stages.a.output.ok")]
    [InlineData("when: stages.a.output.ok", "Completion", "when stages.a.output.ok")]
    [InlineData("triggers: { failed: a }, when: stages.a.error.code == 'x'", "Failure", "on failure\nwhen stages.a.error.code == 'x'")]
    public void Edge_says_what_it_waits_for(string stage, string kind, string label)
    {
        var graph = Build($"stages: [{{ id: a, shell: {{ run: x }} }}, {{ id: b, {stage}, shell: {{ run: x }} }}]");

        var edge = Assert.Single(graph.Edges);
        Assert.Equal(("a", "b", kind, label), (edge.From, edge.To, edge.Kind.ToString(), edge.Label));
    }

    [Fact]
    public void Branch_shows_both_ways()
    {
        var graph = Build("""
            stages:
              - { id: a, type: branch, when: inputs.x == 1, then: b, else: c }
              - { id: b, needs: [a], shell: { run: x } }
              - { id: c, shell: { run: x } }
            """);

        Assert.Equal(["a>b when inputs.x == 1", "a>c otherwise"], graph.Edges.Select(edge => $"{edge.From}>{edge.To} {edge.Label}"));
        Assert.All(graph.Edges, edge => Assert.Equal(GraphEdgeKind.Branch, edge.Kind));
    }

    [Fact]
    public void Event_without_a_stage_before_it_comes_from_a_source()
    {
        var graph = Build("stages: [{ id: a, triggers: { event: go }, shell: { run: x } }]");

        var edge = Assert.Single(graph.Edges);
        Assert.Equal(("trigger:a", "a", GraphEdgeKind.Trigger, "on event\ngo"), (edge.From, edge.To, edge.Kind, edge.Label));
        Assert.Contains("    \"trigger:a\" -> a [label=\"on event\\ngo\"];", DotWriter.Write(graph), StringComparison.Ordinal);
        Assert.Contains("    s1 -->|\"on event<br/>go\"| s0", MermaidWriter.Write(graph), StringComparison.Ordinal);
    }

    [Fact]
    public void Group_is_the_same_for_stages_that_run_side_by_side()
    {
        var graph = Build("""
            stages:
              - { id: a, shell: { run: x } }
              - { id: b, shell: { run: x } }
              - { id: c, needs: [b, a], shell: { run: x } }
              - { id: d, data: { value: "[stages.a.output, stages.b.output]" } }
              - { id: e, needs: [c], shell: { run: x } }
            """);

        Assert.Equal(["", "", "a,b", "a,b", "c"], graph.Nodes.Select(node => node.Group));
    }

    [Fact]
    public void Broken_definition_is_drawn_as_far_as_it_goes()
    {
        var graph = PipelineGraph.Build(new PipelineDefinition
        {
            Stages = [new() { Id = "a", Needs = ["a", "nobody"], When = "((" }, new() { Id = "a" }, new()],
        });

        Assert.Equal(3, graph.Nodes.Count);
        Assert.NotEmpty(DotWriter.Write(graph));
        Assert.NotEmpty(MermaidWriter.Write(graph));
        Assert.NotEmpty(GraphJson.Write(graph));
    }

    [Fact]
    public void Json_and_mermaid_tell_the_state()
    {
        var graph = Build("stages: [{ id: a, shell: { run: x } }, { id: b, needs: [a], shell: { run: x } }]");
        var states = new GraphState(new Dictionary<string, StageStatus> { ["a"] = StageStatus.Completed, ["b"] = StageStatus.Running });

        Assert.Equal(
            """{"id":"test","name":"test","nodes":[{"id":"a","name":"a","type":"shell","group":"","status":"completed"},{"id":"b","name":"b","type":"shell","group":"a","status":"running"}],"edges":[{"from":"a","to":"b","kind":"completion","label":"on completion"}]}""",
            Encoding.UTF8.GetString(GraphJson.Write(graph, states)));
        Assert.EndsWith(
            "    class s0 completed\n    class s1 running\n    classDef running fill:#3182CE,color:#FFFFFF\n    classDef completed fill:#38A169,color:#FFFFFF\n",
            MermaidWriter.Write(graph, states), StringComparison.Ordinal);
    }

    private static PipelineGraph Build(string yaml) => PipelineGraph.Build(Read.Yaml(yaml).Definition!);
}
