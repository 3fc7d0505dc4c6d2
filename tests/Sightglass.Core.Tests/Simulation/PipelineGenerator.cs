using System.Globalization;
using System.Text.Json;
using Sightglass.Core.Definitions;

namespace Sightglass.Core.Tests.Simulation;

/// <summary>Makes random pipelines that validation accepts, with every feature that schedules.</summary>
internal sealed class PipelineGenerator(Random random, double spread = PipelineGenerator.Spread)
{
    public const int MaxStages = 30;
    public const double Spread = 54;
    public const string ChildId = "child";

    public static readonly string[] EventTypes = ["go", "stop"];

    private readonly List<StageDefinition> _stages = [];
    private int _size;
    private FailurePolicy _policy;

    /// <summary>Makes the pipeline that <c>pipeline</c> stages run: short, and without children of its own.</summary>
    public static PipelineDefinition MakeChild(Random random)
    {
        var stages = Enumerable.Range(0, 1 + random.Next(3)).Select(i => new StageDefinition { Id = string.Create(CultureInfo.InvariantCulture, $"c{i}"), Code = new CodeDefinition { Name = "work" } }).ToList();
        foreach (var stage in stages.Skip(1)) stage.Needs = [stages[0].Id];
        return new PipelineDefinition { Id = ChildId, Stages = stages };
    }

    /// <summary>Makes a pipeline of at most this many stages.</summary>
    /// <param name="random">Where every choice comes from.</param>
    /// <param name="most">The most stages.</param>
    /// <param name="spread">How far sizes spread: the median is about a sixth of it.</param>
    public static PipelineDefinition Make(Random random, int most = MaxStages, double spread = Spread)
    {
        while (true)
        {
            var pipeline = new PipelineGenerator(random, spread).Pipeline(most);
            if (DefinitionValidator.Validate(pipeline).All(p => p.Severity != ProblemSeverity.Error)) return pipeline;
        }
    }

    private PipelineDefinition Pipeline(int most)
    {
        _size = Math.Min(most, 2 + (int)(random.NextDouble() * random.NextDouble() * spread));
        _policy = Pick(FailurePolicy.Fail, FailurePolicy.Continue, FailurePolicy.Rollback);
        for (var i = 0; i < _size; i++) _stages.Add(Stage(i));
        AimBranches();
        return new PipelineDefinition
        {
            Id = "sim",
            OnFailure = _policy,
            Stages = _stages,
            Defaults = Chance(0.3) ? new DefaultsDefinition { Retry = Retry() } : null,
        };
    }

    private StageDefinition Stage(int i)
    {
        var stage = new StageDefinition { Id = string.Create(CultureInfo.InvariantCulture, $"s{i}") };
        if (i > 0) AddDependencies(stage, i);
        AddBody(stage, i);
        if (stage.Type != "branch") AddCondition(stage, i);
        if (Chance(0.25)) stage.Retry = Retry();
        if (Chance(0.3)) stage.Priority = Pick(StagePriority.Urgent, StagePriority.High, StagePriority.Medium, StagePriority.Low);
        if (Chance(0.1)) stage.OnLost = LostPolicy.Fail;
        if (Chance(0.3)) stage.Timeout = Span(Pick(3, 30, 300));
        return stage;
    }

    private void AddDependencies(StageDefinition stage, int i)
    {
        var how = random.NextDouble();
        if (how < 0.6) stage.Needs = Earlier(i, Math.Min(i, 1 + random.Next(3)));
        else if (how < 0.9) stage.Triggers = Trigger(i, 0);
        if (how is > 0.85 and < 0.9) stage.Needs = Earlier(i, 1);
    }

    private TriggerDefinition Trigger(int i, int depth)
    {
        var trigger = AnyTrigger(i, depth);
        if (Chance(0.8) || trigger.Approval?.Timeout is not null) return trigger;
        trigger.Timeout = Span(Pick(2, 10, 50));
        trigger.OnTimeout = Pick(TriggerTimeout.Fail, TriggerTimeout.Skip, TriggerTimeout.Proceed);
        return trigger;
    }

    private TriggerDefinition AnyTrigger(int i, int depth)
    {
        var what = random.Next(depth < 2 ? 12 : 9);
        return what switch
        {
            0 or 1 => new TriggerDefinition { Completed = Id(i) },
            2 => new TriggerDefinition { Failed = Id(i) },
            3 => new TriggerDefinition { Ended = Id(i) },
            4 => new TriggerDefinition { Event = Pick(EventTypes), Where = Chance(0.5) ? "event.ok" : null },
            5 => new TriggerDefinition { Approval = Approval() },
            6 => new TriggerDefinition { Timer = Span(Pick(0, 1, 20)) },
            7 => new TriggerDefinition { When = Pick("true", "false", $"stages.{Id(i)}.status == 'completed'") },
            8 => new TriggerDefinition { Completed = Id(i) },
            9 or 10 => new TriggerDefinition { All = [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Trigger(i, depth + 1))] },
            _ => new TriggerDefinition { Any = [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Trigger(i, depth + 1))] },
        };
    }

    private void AddBody(StageDefinition stage, int i)
    {
        var what = random.NextDouble();
        if (what < 0.08 && i < _size - 1)
        {
            stage.Type = "branch";
            stage.When = Pick("true", "false");
            stage.Then = "finish";
            return;
        }

        if (what < 0.22)
        {
            stage.Wait = random.Next(4) switch
            {
                0 => new WaitDefinition { For = Span(Pick(0, 1, 10, 60)) },
                1 => new WaitDefinition { Until = Pick("2026-11-20T12:00:30Z", "2020-01-01T00:00:00Z", "${{ 'never' }}") },
                2 => new WaitDefinition { Event = Pick(EventTypes), Where = Chance(0.3) ? "event.ok" : null },
                _ => new WaitDefinition { Approval = Approval() },
            };
        }
        else if (what < 0.32)
        {
            stage.Pipeline = new PipelineCallDefinition { Id = ChildId };
        }
        else if (what < 0.37 && spread > Spread)
        {
            stage.Data = new DataDefinition { Value = i > 0 && Chance(0.5) ? Json($"${{{{ stages.{Id(i)}.status }}}}") : Json("a") };
        }
        else
        {
            stage.Code = new CodeDefinition { Name = "work", Input = i > 0 && Chance(0.15) ? Json($"${{{{ stages.{Id(i)}.output{(Chance(0.3) ? ".missing" : "")} }}}}") : null };
            if (Chance(0.3)) stage.Undo = new UndoDefinition { Code = new CodeDefinition { Name = "undo", Input = Chance(0.2) ? Json("${{ stage.output.missing }}") : null } };
        }

        AddRepetition(stage, i);
    }

    private void AddRepetition(StageDefinition stage, int i)
    {
        if (Chance(0.15))
        {
            var items = Enumerable.Range(0, random.Next(6)).ToArray();
            stage.ForEach = i > 0 && Chance(0.2) ? Json($"${{{{ stages.{Id(i)}.output }}}}") : JsonSerializer.SerializeToElement(items);
            stage.MaxParallel = Chance(0.6) ? 1 + random.Next(3) : null;
        }

        if (Chance(0.12))
            stage.Repeat = new RepeatDefinition { Until = Pick("output == 1", "iteration >= 2", "output", "true"), MaxTimes = 1 + random.Next(4), Delay = Chance(0.4) ? Span(Pick(0, 2)) : null };
    }

    private void AddCondition(StageDefinition stage, int i)
    {
        if (!Chance(0.12)) return;
        stage.When = i > 0 && Chance(0.5) ? $"stages.{Id(i)}.status == 'completed'" : Pick("true", "false", "1");
    }

    /// <summary>Branches name later stages, which exist only now.</summary>
    private void AimBranches()
    {
        for (var i = 0; i < _stages.Count; i++)
        {
            var stage = _stages[i];
            if (stage.Type != "branch") continue;
            stage.Then = Chance(0.25) ? "finish" : Later(i);
            stage.Else = Chance(0.2) ? null : Chance(0.1) ? "finish" : Later(i);
        }
    }

    private string Later(int i) => string.Create(CultureInfo.InvariantCulture, $"s{random.Next(i + 1, _stages.Count)}");

    private string Id(int before) => string.Create(CultureInfo.InvariantCulture, $"s{random.Next(before)}");

    private List<string> Earlier(int i, int count) => [.. Enumerable.Range(0, count).Select(_ => Id(i)).Distinct()];

    private ApprovalDefinition Approval() => new() { Timeout = Chance(0.4) ? Span(Pick(5, 50)) : null, OnTimeout = Pick("approve", "reject") };

    private RetryDefinition Retry() => new() { MaxAttempts = 1 + random.Next(3), Delay = Span(Pick(0, 1, 8)), Backoff = Pick(1.0, 2.0) };

    private T Pick<T>(params ReadOnlySpan<T> from) => from[random.Next(from.Length)];

    private bool Chance(double p) => random.NextDouble() < p;

    private static Duration Span(int seconds) => Duration.FromSeconds(seconds);

    private static JsonElement Json(string text) => JsonSerializer.SerializeToElement(text);
}
