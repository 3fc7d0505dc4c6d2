using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Expressions;

namespace Sightglass.Core.Executions.Plans;

/// <summary>Compiles the bodies of one stage and collects the stages that its expressions name.</summary>
internal sealed class BodyCompiler
{
    private static readonly byte[] NullJson = "null"u8.ToArray();

    public HashSet<string> Stages { get; } = new(StringComparer.Ordinal);

    public BodyTemplate Stage(StageDefinition stage) => stage.Type switch
    {
        "shell" => Shell(stage.Shell!),
        "http" => Typed(JsonSerializer.SerializeToElement(stage.Http!, DefinitionJson.Context.HttpDefinition), "body"),
        "agent" => Typed(JsonSerializer.SerializeToElement(stage.Agent!, DefinitionJson.Context.AgentDefinition), null),
        "data" => Data(stage.Data!),
        "branch" => new MapBody([new("when", new ExpressionBody(Expression(stage.When!)))]),
        "wait" => Wait(stage.Wait!),
        "pipeline" => Typed(JsonSerializer.SerializeToElement(stage.Pipeline!, DefinitionJson.Context.PipelineCallDefinition), "input"),
        "code" => Typed(JsonSerializer.SerializeToElement(stage.Code!, DefinitionJson.Context.CodeDefinition), "input"),
        _ => throw new InvalidOperationException($"No stage type '{stage.Type}'."),
    };

    public BodyTemplate Undo(UndoDefinition undo) => undo switch
    {
        { Shell: { } shell } => Shell(shell),
        { Http: { } http } => Typed(JsonSerializer.SerializeToElement(http, DefinitionJson.Context.HttpDefinition), "body"),
        { Code: { } code } => Typed(JsonSerializer.SerializeToElement(code, DefinitionJson.Context.CodeDefinition), "input"),
        _ => new ConstantBody(NullJson),
    };

    public BodyTemplate Value(JsonElement value, bool keepsTypes)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String when value.GetString()!.Contains("${{", StringComparison.Ordinal):
                var template = Template(value.GetString()!);
                return template.HasExpressions ? new TextBody(template, keepsTypes) : Constant(value);
            case JsonValueKind.Array:
                var items = value.EnumerateArray().Select(v => Value(v, keepsTypes)).ToList();
                return items.TrueForAll(i => i.IsConstant) ? Constant(value) : new ListBody(items);
            case JsonValueKind.Object:
                var members = value.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, Value(p.Value, keepsTypes))).ToList();
                return members.TrueForAll(m => m.Value.IsConstant) ? Constant(value) : new MapBody(members);
            default:
                return Constant(value);
        }
    }

    public CelExpression Expression(string text)
    {
        if (!CelExpression.TryParse(text, out var expression, out var errors))
            throw new InvalidOperationException($"'{text}': {errors[0].Message}");
        Collect(expression!.References);
        return expression;
    }

    public CelTemplate Template(string text)
    {
        if (!CelTemplate.TryParse(text, out var template, out var errors))
            throw new InvalidOperationException($"'{text}': {errors[0].Message}");
        Collect(template!.References);
        return template;
    }

    private void Collect(IReadOnlyList<CelReference> references)
    {
        foreach (var reference in references)
        {
            if (reference.Root == "stages" && reference.Path.Count > 0) Stages.Add(reference.Path[0]);
        }
    }

    private BodyTemplate Shell(ShellDefinition shell)
    {
        var element = JsonSerializer.SerializeToElement(shell, DefinitionJson.Context.ShellDefinition);
        var members = element.EnumerateObject()
            .Select(p => KeyValuePair.Create(p.Name, p.Name == "run" ? Constant(p.Value) : Value(p.Value, keepsTypes: false))).ToList();
        return members.TrueForAll(m => m.Value.IsConstant) ? Constant(element) : new MapBody(members);
    }

    /// <summary>Compiles a body whose fields are texts, but for one that takes any value.</summary>
    private BodyTemplate Typed(JsonElement element, string? anyValue)
    {
        var members = element.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, Value(p.Value, p.Name == anyValue))).ToList();
        return members.TrueForAll(m => m.Value.IsConstant) ? Constant(element) : new MapBody(members);
    }

    private MapBody Data(DataDefinition data)
    {
        var fallback = data.Default is { } d ? JsonSerializer.SerializeToUtf8Bytes(d, PayloadJsonContext.Relaxed.JsonElement) : null;
        var value = data switch
        {
            { Merge: { } merge } => new MergeBody([.. merge.Select(Expression)]),
            { Pick: { } pick } => new MapBody([.. pick.Select(p => KeyValuePair.Create(p.Key, (BodyTemplate)new ExpressionBody(Expression(p.Value), NullJson)))]),
            { Value: { ValueKind: JsonValueKind.String } text } when !text.GetString()!.Contains("${{", StringComparison.Ordinal) =>
                new ExpressionBody(Expression(text.GetString()!), fallback is null ? (ReadOnlyMemory<byte>?)null : fallback),
            { Value: { } any } => Value(any, keepsTypes: true),
            _ => new ConstantBody(NullJson),
        };
        var members = new List<KeyValuePair<string, BodyTemplate>> { new("value", value) };
        if (fallback is not null) members.Add(new("default", new ConstantBody(fallback)));
        return new MapBody(members);
    }

    private MapBody Wait(WaitDefinition wait)
    {
        var element = JsonSerializer.SerializeToElement(wait, DefinitionJson.Context.WaitDefinition);
        var members = element.EnumerateObject()
            .Select(p => KeyValuePair.Create(p.Name, p.Name == "where" ? Constant(p.Value) : Value(p.Value, keepsTypes: false))).ToList();
        return new MapBody(members);
    }

    private static ConstantBody Constant(JsonElement value) => new(JsonSerializer.SerializeToUtf8Bytes(value, PayloadJsonContext.Relaxed.JsonElement));
}
