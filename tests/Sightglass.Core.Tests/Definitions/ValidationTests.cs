using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions;

public sealed class ValidationTests
{
    private const string Run = "shell: { run: 'true' }";

    /// <summary>Each line: what is written, the code, the path, line and column, and a part of the suggestion.</summary>
    public static TheoryData<string, string, string, string, string?> Mistakes => new()
    {
        // Keys and types.
        { $"descripton: x\nstages: [{{ id: a, {Run} }}]", ProblemCodes.UnknownKey, "descripton", "1:1", "description" },
        { $"stages:\n  - id: a\n    retry: {{ max_attempts: 3 }}\n    {Run}", ProblemCodes.UnknownKey, "stages[0].retry.max_attempts", "3:14", "maxAttempts" },
        { $"stages:\n  - id: a\n    prompt: hi\n    {Run}", ProblemCodes.UnknownKey, "stages[0].prompt", "3:5", "under 'agent'" },
        { $"stages: [{{ id: a, {Run}, maxParallel: lots, forEach: [1] }}]", ProblemCodes.WrongType, "stages[0].maxParallel", "1:56", null },
        { $"stages: [{{ id: a, {Run}, forEach: [1], maxParallel: '3' }}]", ProblemCodes.WrongType, "stages[0].maxParallel", "1:70", "quotes" },
        { $"stages: [{{ id: a, {Run}, forEach: [1], maxParallel: 1.5 }}]", ProblemCodes.WrongType, "stages[0].maxParallel", "1:70", null },
        { $"stages: [{{ id: a, {Run} }}, {{ id: b, needs: a, {Run} }}]", ProblemCodes.WrongType, "stages[1].needs", "1:61", "[a]" },
        { $"stages: [{{ id: a, {Run} }}, text]", ProblemCodes.WrongType, "stages[1]", "1:45", null },
        { "stages: {}", ProblemCodes.WrongType, "stages", "1:9", null },
        { $"name: [a]\nstages: [{{ id: a, {Run} }}]", ProblemCodes.WrongType, "name", "1:7", null },
        { $"onFailure: rolback\nstages: [{{ id: a, {Run} }}]", ProblemCodes.UnknownValue, "onFailure", "1:12", "rollback" },
        { $"stages: [{{ id: a, {Run}, priority: top }}]", ProblemCodes.UnknownValue, "stages[0].priority", "1:53", "urgent, high" },
        { $"stages: [{{ id: a, type: shel, {Run} }}]", ProblemCodes.UnknownValue, "stages[0].type", "1:25", "shell" },
        { $"stages: [{{ id: a, {Run}, timeout: 5 }}]", ProblemCodes.BadDuration, "stages[0].timeout", "1:52", "5s" },
        { $"stages: [{{ id: a, {Run}, timeout: soon }}]", ProblemCodes.BadDuration, "stages[0].timeout", "1:52", "500ms, 30s, 5m" },
        { $"stages: [{{ id: a, {Run}, timeout: 400d }}]", ProblemCodes.BadDuration, "stages[0].timeout", "1:52", "366d" },

        // Triggers.
        { $"stages:\n  - id: a\n    triggers: {{ event: go, timeout: 0s }}\n    {Run}", ProblemCodes.OutOfRange, "stages[0].triggers.timeout", "3:37", "30s" },
        { $"stages:\n  - id: a\n    triggers: {{ approval: {{ timeout: 0s }} }}\n    {Run}", ProblemCodes.OutOfRange, "stages[0].triggers.approval.timeout", "3:38", "30s" },
        { $"stages:\n  - id: a\n    triggers: {{ event: go, timeout: -1s }}\n    {Run}", ProblemCodes.BadDuration, "stages[0].triggers.timeout", "3:37", "30s" },
        { $"stages:\n  - id: a\n    triggers: {{ event: go, timeout: 1s, onTimeout: proced }}\n    {Run}", ProblemCodes.UnknownValue, "stages[0].triggers.onTimeout", "3:52", "proceed" },
        { $"stages:\n  - id: a\n    triggers: {{ event: go, onTimeout: skip }}\n    {Run}", ProblemCodes.Misplaced, "stages[0].triggers.onTimeout", "3:39", "timeout" },
        { $"stages:\n  - id: a\n    triggers: {{ approval: {{ timeout: 1s }}, timeout: 1s }}\n    {Run}", ProblemCodes.SeveralMembers, "stages[0].triggers.timeout", "3:53", "approval" },
        { $"stages:\n  - id: a\n    triggers: {{ any: [] }}\n    {Run}", ProblemCodes.Missing, "stages[0].triggers.any", "3:22", "at least one" },
        { $"stages:\n  - id: a\n    triggers: {{ timeout: 1s }}\n    {Run}", ProblemCodes.Missing, "stages[0].triggers", "3:15", "write one of" },

        { "stages:\n  - id: a\n    wait: { until: '17:00' }", ProblemCodes.UnknownValue, "stages[0].wait.until", "3:20", "2026-11-20T17:00:00Z" },

        // Ids.
        { $"stages: [{{ {Run} }}]", ProblemCodes.MissingId, "stages[0].id", "1:10", "id:" },
        { $"stages: [{{ id: a b, {Run} }}]", ProblemCodes.InvalidId, "stages[0].id", "1:16", "letters" },
        { $"stages: [{{ id: finish, {Run} }}]", ProblemCodes.InvalidId, "stages[0].id", "1:16", "another" },
        { $"id: a_b\nstages: [{{ id: a, {Run} }}]", ProblemCodes.InvalidId, "id", "1:5", "letters" },
        { $"stages: [{{ id: a, {Run} }}, {{ id: a, {Run} }}]", ProblemCodes.DuplicateId, "stages[1].id", "1:51", "own" },

        // How stages hang together.
        { $"stages:\n  - {{ id: analyze, {Run} }}\n  - {{ id: b, needs: [analyse], {Run} }}", ProblemCodes.UnknownStage, "stages[1].needs[0]", "3:22", "analyze" },
        { $"stages: [{{ id: a, {Run} }}, {{ id: b, triggers: {{ all: [{{ completed: aa }}] }}, {Run} }}]", ProblemCodes.UnknownStage, "stages[1].triggers.all[0].completed", "1:85", "'a'" },
        { $"stages: [{{ id: abc, {Run} }}, {{ id: b, type: branch, when: 'true', then: abd }}]", ProblemCodes.UnknownStage, "stages[1].then", "1:90", "abc" },
        { $"stages: [{{ id: abc, {Run} }}, {{ id: b, data: {{ value: stages.abd.output }} }}]", ProblemCodes.UnknownStage, "stages[1].data.value", "1:71", "abc" },
        { $"stages: [{{ id: a-b, {Run} }}, {{ id: b, data: {{ value: stages.a.output }} }}]", ProblemCodes.UnknownStage, "stages[1].data.value", "1:71", "stages['a-b']" },
        { $"stages:\n  - {{ id: a, needs: [c], {Run} }}\n  - {{ id: b, needs: [a], {Run} }}\n  - {{ id: c, needs: [b], {Run} }}", ProblemCodes.Cycle, "stages[0].needs[0]", "2:22", "remove" },
        { $"stages: [{{ id: a, needs: [a], {Run} }}]", ProblemCodes.Cycle, "stages[0].needs[0]", "1:27", "remove" },
        { "stages: [{ id: a, data: { value: 'stages.b.output' } }, { id: b, data: { value: 'stages.a.output' } }]", ProblemCodes.Cycle, "stages[0].data.value", "1:35", "remove" },
        { $"stages: [{{ id: b, type: branch, when: 'true', then: finish, else: finish }}, {{ id: a, needs: [b], {Run} }}]", ProblemCodes.UnreachableStage, "stages[1]", "1:77", "change" },
        { $"stages: [{{ id: a, {Run} }}, {{ id: b, needs: [a], triggers: {{ failed: a }}, {Run} }}]", ProblemCodes.UnreachableStage, "stages[1]", "1:45", "change" },

        // Bodies.
        { "stages: [{ id: a }]", ProblemCodes.NoBody, "stages[0]", "1:10", "agent, shell" },
        { "stages: [{ id: a, type: http }]", ProblemCodes.NoBody, "stages[0]", "1:10", "http:" },
        { $"stages: [{{ id: a, {Run}, code: {{ name: c }} }}]", ProblemCodes.SeveralBodies, "stages[0].code", "1:49", "split" },
        { $"stages: [{{ id: a, type: http, {Run} }}]", ProblemCodes.BodyMismatch, "stages[0].shell", "1:38", "type: shell" },
        { $"stages: [{{ id: a, type: branch, when: 'true', then: finish, {Run} }}]", ProblemCodes.BodyMismatch, "stages[0].shell", "1:68", "move" },
        { $"stages: [{{ id: a, {Run}, then: finish }}]", ProblemCodes.Misplaced, "stages[0].then", "1:49", "branch" },
        { "stages: [{ id: a, type: branch, then: finish }]", ProblemCodes.Missing, "stages[0].when", "1:10", "when" },
        { "stages: [{ id: a, type: branch, when: 'true' }]", ProblemCodes.Missing, "stages[0].then", "1:10", "finish" },
        { "stages: [{ id: a, shell: {} }]", ProblemCodes.Missing, "stages[0].shell", "1:26", "run" },
        { "stages: [{ id: a, shell: { run: x, exec: [y] } }]", ProblemCodes.SeveralMembers, "stages[0].shell", "1:26", "keep" },
        { "stages: [{ id: a, http: { method: GET } }]", ProblemCodes.Missing, "stages[0].http.url", "1:25", "url" },
        { "stages: [{ id: a, http: { url: 'ftp://x' } }]", ProblemCodes.UnknownValue, "stages[0].http.url", "1:32", "https" },
        { "stages: [{ id: a, http: { url: 'http://x', expectStatus: [200, 99] } }]", ProblemCodes.OutOfRange, "stages[0].http.expectStatus[1]", "1:64", null },
        { "stages: [{ id: a, data: {} }]", ProblemCodes.Missing, "stages[0].data", "1:25", "value" },
        { "stages: [{ id: a, data: { value: '1', merge: ['{}'] } }]", ProblemCodes.SeveralMembers, "stages[0].data", "1:25", "keep" },
        { "stages: [{ id: a, wait: {} }]", ProblemCodes.Missing, "stages[0].wait", "1:25", "for" },
        { "stages: [{ id: a, wait: { for: 1s, event: x } }]", ProblemCodes.SeveralMembers, "stages[0].wait", "1:25", "each" },
        { "stages: [{ id: a, wait: { until: tomorrow } }]", ProblemCodes.UnknownValue, "stages[0].wait.until", "1:34", "2026" },
        { "stages: [{ id: a, code: {} }]", ProblemCodes.Missing, "stages[0].code.name", "1:25", "registered" },
        { "stages: [{ id: a, pipeline: {} }]", ProblemCodes.Missing, "stages[0].pipeline.id", "1:29", "id" },
        { $"stages: [{{ id: a, {Run}, undo: {{}} }}]", ProblemCodes.NoBody, "stages[0].undo", "1:49", "shell" },
        { $"stages: [{{ id: a, {Run}, forEach: text }}]", ProblemCodes.WrongType, "stages[0].forEach", "1:52", "${{ }}" },
        { $"stages: [{{ id: a, {Run}, forEach: 3 }}]", ProblemCodes.WrongType, "stages[0].forEach", "1:52", "list" },
        { $"stages: [{{ id: a, {Run}, forEach: 'all ${{{{ inputs.x }}}}' }}]", ProblemCodes.WrongType, "stages[0].forEach", "1:52", "only" },

        // Agents.
        { "stages: [{ id: a, agent: { prompt: hi } }]", ProblemCodes.MissingModel, "stages[0].agent", "1:26", "model" },
        { "stages: [{ id: a, agent: { prompt: hi, model: { provider: p } } }]", ProblemCodes.MissingModel, "stages[0].agent.model.name", "1:47", "name" },
        { "stages: [{ id: a, agent: { model: { provider: p, name: n } } }]", ProblemCodes.Missing, "stages[0].agent.prompt", "1:26", "asked" },
        { "personalities: { analyst: {} }\nstages: [{ id: a, agent: { prompt: hi, personality: analist, model: { provider: p, name: n } } }]", ProblemCodes.UnknownPersonality, "stages[0].agent.personality", "2:53", "analyst" },
        { "stages: [{ id: a, agent: { prompt: hi, consult: [x], model: { provider: p, name: n } } }]", ProblemCodes.UnknownPersonality, "stages[0].agent.consult[0]", "1:50", "personalities" },

        // Numbers and triggers.
        { $"stages: [{{ id: a, {Run}, retry: {{ maxAttempts: 0 }} }}]", ProblemCodes.OutOfRange, "stages[0].retry.maxAttempts", "1:65", null },
        { $"stages: [{{ id: a, {Run}, retry: {{ maxAttempts: 1001 }} }}]", ProblemCodes.OutOfRange, "stages[0].retry.maxAttempts", "1:65", null },
        { $"stages: [{{ id: a, {Run}, forEach: [1], maxParallel: 0 }}]", ProblemCodes.OutOfRange, "stages[0].maxParallel", "1:70", null },
        { $"stages: [{{ id: a, {Run}, repeat: {{ until: 'true', maxTimes: 0 }} }}]", ProblemCodes.OutOfRange, "stages[0].repeat.maxTimes", "1:78", null },
        { $"stages: [{{ id: a, {Run}, repeat: {{ maxTimes: 2 }} }}]", ProblemCodes.Missing, "stages[0].repeat.until", "1:51", "until" },
        { $"stages: [{{ id: a, {Run}, triggers: {{}} }}]", ProblemCodes.Missing, "stages[0].triggers", "1:53", "all, any" },
        { $"stages: [{{ id: a, {Run}, triggers: {{ any: [] }} }}]", ProblemCodes.Missing, "stages[0].triggers.any", "1:60", "one" },
        { $"stages: [{{ id: a, {Run}, triggers: {{ event: x, timer: 1s }} }}]", ProblemCodes.SeveralMembers, "stages[0].triggers", "1:53", "item" },
        { $"stages: [{{ id: a, {Run}, triggers: {{ timer: 1s, where: 'true' }} }}]", ProblemCodes.Misplaced, "stages[0].triggers.where", "1:73", "when" },
        { $"stages: [{{ id: a, {Run}, triggers: {{ approval: {{ onTimeout: reect }} }} }}]", ProblemCodes.UnknownValue, "stages[0].triggers.approval.onTimeout", "1:78", "reject" },
        { $"stages: [{{ id: a, {Run} }}]\nconcurrency: {{ limit: 1 }}", ProblemCodes.Missing, "concurrency.group", "2:14", "group" },

        // Inputs.
        { $"inputs: {{ a: {{ required: true, default: x }} }}\nstages: [{{ id: a, {Run} }}]", ProblemCodes.RequiredWithDefault, "inputs.a.default", "1:41", "remove" },
        { $"inputs: {{ a: {{ type: number, default: x }} }}\nstages: [{{ id: a, {Run} }}]", ProblemCodes.WrongType, "inputs.a.default", "1:39", null },
        { $"inputs: {{ a: {{ type: strng }} }}\nstages: [{{ id: a, {Run} }}]", ProblemCodes.UnknownValue, "inputs.a.type", "1:22", "string" },
        { $"inputs: {{ a: {{ enum: [x, y], default: z }} }}\nstages: [{{ id: a, {Run} }}]", ProblemCodes.UnknownValue, "inputs.a.default", "1:39", "x, y" },
        { "stages: []", ProblemCodes.Missing, "stages", "1:9", "at least one" },
        { "name: x", ProblemCodes.Missing, "stages", "1:1", "at least one" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistake_is_told_with_place_and_suggestion(string yaml, string code, string path, string place, string? suggestion)
    {
        var result = Read.Yaml(yaml);

        var problem = Assert.Single(result.Problems, problem => problem.Severity == ProblemSeverity.Error);
        Assert.Equal((code, path, place), (problem.Code, problem.Path, $"{problem.Line}:{problem.Column}"));
        if (suggestion is not null) Assert.Contains(suggestion, problem.Suggestion, StringComparison.Ordinal);
        Assert.False(result.IsValid);
        Assert.Equal("test.yaml", problem.File);
    }

    [Fact]
    public void Wrong_type_says_what_was_expected_and_found()
    {
        var problem = Assert.Single(Read.Yaml($"stages: [{{ id: a, {Run}, forEach: [1], maxParallel: lots }}]").Problems);

        Assert.Equal("'maxParallel' expected a number, found text", problem.Message);
    }

    [Fact]
    public void Cycle_is_told_with_its_path()
    {
        var problem = Assert.Single(Read.Yaml($"stages:\n  - {{ id: a, needs: [c], {Run} }}\n  - {{ id: b, needs: [a], {Run} }}\n  - {{ id: c, needs: [b], {Run} }}\n").Problems);

        Assert.Equal("stages wait for each other: a → b → c → a", problem.Message);
    }

    [Fact]
    public void Every_mistake_is_told_at_once_in_the_order_of_the_file()
    {
        var result = Read.Yaml("""
            nam: x
            stages:
              - id: a
                timeout: 5
                shell: { run: 'true' }
              - id: a
                needs: [b]
                agent: { prompt: "${{ inputz.x }}" }
            """);

        Assert.Equal(
            [ProblemCodes.UnknownKey, ProblemCodes.BadDuration, ProblemCodes.DuplicateId, ProblemCodes.UnknownStage, ProblemCodes.MissingModel, ProblemCodes.UnknownName],
            result.Problems.Select(problem => problem.Code));
    }

    [Fact]
    public void Keys_of_other_programs_are_kept_everywhere()
    {
        var result = Read.Yaml("""
            x-a: 1
            stages:
              - id: a
                x-b: [2]
                retry: { x-c: 3 }
                shell: { run: 'true', x-d: { e: 4 } }
                triggers: { timer: 1s, x-f: 5 }
            """);

        Assert.Empty(result.Problems);
        var stage = result.Definition!.Stages[0];
        Assert.Equal("2", stage.Extensions!["x-b"][0].GetRawText());
        Assert.Equal("3", stage.Retry!.Extensions!["x-c"].GetRawText());
        Assert.Equal("4", stage.Shell!.Extensions!["x-d"].GetProperty("e").GetRawText());
        Assert.Equal("5", stage.Triggers!.Extensions!["x-f"].GetRawText());
    }

    [Fact]
    public void Concurrency_group_is_checked_as_an_expression()
    {
        Assert.Empty(Read.Yaml($"concurrency: {{ group: g }}\nstages: [{{ id: a, {Run} }}]").Problems);

        var problem = Assert.Single(Read.Yaml($"concurrency: {{ group: '${{{{ stages.a.output }}}}' }}\nstages: [{{ id: a, {Run} }}]").Problems);
        Assert.Equal(("concurrency.group", ProblemSeverity.Error), (problem.Path, problem.Severity));
    }
}
