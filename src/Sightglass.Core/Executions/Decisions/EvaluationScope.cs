using System.Globalization;
using Sightglass.Core.Executions.Plans;
using Sightglass.Core.Expressions;

namespace Sightglass.Core.Executions.Decisions;

/// <summary>The names that expressions see: <c>inputs stages stage item index event env secrets execution</c>.</summary>
internal sealed class EvaluationScope(PipelinePlan plan, ExecutionState state, LoadedValues values, IReadOnlyDictionary<string, string> environment)
{
    private CelScope? shared;

    /// <summary>Gives the scope of a stage or one of its instances.</summary>
    public CelScope For(StageState stage)
    {
        var scope = Shared().Child().Set("stage", () => Describe(stage));
        if (stage.Index >= 0) AddItem(scope, stage);
        return scope;
    }

    /// <summary>Gives the scope of what belongs to no stage.</summary>
    public CelScope ForExecution() => Shared();

    /// <summary>Gives the scope of a <c>repeat.until</c>.</summary>
    public CelScope ForOutput(StageState stage, Payload output) =>
        For(stage).Set("output", () => values.Get(output)).Set("iteration", CelValue.Int(Math.Max(1, stage.Iteration)));

    /// <summary>Gives the scope of an event's <c>where</c>.</summary>
    public CelScope ForEvent(StageState stage, Payload data) => For(stage).Set("event", () => values.Get(data));

    private CelScope Shared()
    {
        // Everything in it is read on use, so one scope serves the execution's whole life.
        return shared ??= new CelScope()
            .Set("inputs", () => CelValue.LazyMap(Input, InputNames))
            .Set("stages", CelValue.LazyMap(id => state.Find(id) is { Index: < 0 } s ? Describe(s) : null, () => state.Stages.Select(s => s.Id)))
            .Set("env", CelValue.Map(environment.Select(e => KeyValuePair.Create(e.Key, CelValue.String(e.Value)))))
            .Set("secrets", CelValue.LazyMap(name => CelValue.Opaque(name), () => []))
            .Set("execution", Execution)
            .Set("event", () => CelValue.Null);
    }

    private CelValue? Input(string name)
    {
        if (plan.SecretInputs.Contains(name)) return CelValue.Opaque("inputs." + name);
        return values.Get(state.Created.Input).TryGetMember(name, out var value)
            ? value
            : plan.Definition.Inputs.ContainsKey(name) ? CelValue.Null : null;
    }

    private IEnumerable<string> InputNames() =>
        values.Get(state.Created.Input).Entries.Select(e => e.Key.ToText()).Concat(plan.SecretInputs).Distinct(StringComparer.Ordinal);

    private CelValue Describe(StageState stage) => CelValue.LazyMap(
        name => name switch
        {
            "id" => CelValue.String(stage.Key),
            "name" => CelValue.String(stage.Name),
            "output" => values.Get(stage.Output),
            "status" => CelValue.String(stage.Status.ToWire()),
            "attempt" => CelValue.Int(stage.Attempt),
            "iteration" => CelValue.Int(stage.Iteration),
            "error" => stage.Error is null ? CelValue.Null : CelValue.Map(
            [
                KeyValuePair.Create("code", CelValue.String(stage.Error.Code)),
                KeyValuePair.Create("message", CelValue.String(stage.Error.Message)),
                KeyValuePair.Create("detail", stage.Error.Detail is null ? CelValue.Null : CelValue.String(stage.Error.Detail)),
            ]),
            "event" => stage.HasFacts && stage.Facts.Values.FirstOrDefault(f => f.Kind == "event" && f.Result == true) is { } fact ? values.Get(fact.Event) : CelValue.Null,
            _ => null,
        },
        () => ["id", "name", "output", "status", "attempt", "iteration", "error", "event"]);

    private void AddItem(CelScope scope, StageState stage)
    {
        var parent = state.Stages[stage.Position - 1];
        scope.Set("index", CelValue.Int(stage.Index)).Set("item", () =>
        {
            var items = values.Get(parent.Items);
            return items.Kind == CelKind.List && stage.Index < items.Items.Count ? items.Items[stage.Index] : CelValue.Null;
        });
    }

    private CelValue Execution() => CelValue.Map(
    [
        KeyValuePair.Create("id", CelValue.String(state.Id.ToString())),
        KeyValuePair.Create("pipeline", CelValue.String(state.Created.PipelineId)),
        KeyValuePair.Create("turn", CelValue.Int(state.Turn)),
        KeyValuePair.Create("createdAt", CelValue.String(state.CreatedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture))),
        KeyValuePair.Create("scheduledAt", state.Created.Schedule is { } schedule ? CelValue.String(schedule.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)) : CelValue.Null),
        KeyValuePair.Create("requestedBy", state.Created.RequestedBy is null ? CelValue.Null : CelValue.String(state.Created.RequestedBy)),
        KeyValuePair.Create("labels", CelValue.Map((state.Created.Labels ?? System.Collections.Immutable.ImmutableDictionary<string, string>.Empty).Select(l => KeyValuePair.Create(l.Key, CelValue.String(l.Value))))),
    ]);
}
