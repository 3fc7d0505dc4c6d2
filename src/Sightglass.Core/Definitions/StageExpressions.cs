using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>What a text in a stage is to the expression language.</summary>
internal enum ExpressionKind
{
    /// <summary>The whole text is an expression.</summary>
    Expression,

    /// <summary>Text with <c>${{ }}</c> inside.</summary>
    Template,

    /// <summary>Text in which <c>${{ }}</c> must not stand: a script would run whatever the value says.</summary>
    Forbidden,
}

/// <summary>One expression of a stage.</summary>
/// <param name="Path">Where it stands in the stage: <c>agent.prompt</c>, <c>shell.env.MODE</c>, <c>triggers.all[1].where</c>,
/// and inside a free value as a JSON pointer after the member, <c>http.body/items/0</c>.</param>
/// <param name="Text">The text as written.</param>
/// <param name="Kind">What the text is.</param>
internal readonly record struct StageExpression(string Path, string Text, ExpressionKind Kind);

/// <summary>Lists the expressions of a stage: one list, so that validation, dependencies and resolution cannot disagree.</summary>
internal static class StageExpressions
{
    public const string Opening = "${{";

    /// <summary>Gives every bare expression, and every text with <c>${{</c> in a place that takes templates.</summary>
    public static IEnumerable<StageExpression> Of(StageDefinition stage)
    {
        if (Bare(stage.When) is { } when) yield return new StageExpression("when", when, ExpressionKind.Expression);
        if (stage.Triggers is not null)
        {
            foreach (var found in OfTrigger("triggers", stage.Triggers)) yield return found;
        }

        if (stage.ForEach is { } forEach)
        {
            foreach (var found in OfValue("forEach", forEach)) yield return found;
        }

        if (Bare(stage.Repeat?.Until) is { } until) yield return new StageExpression("repeat.until", until, ExpressionKind.Expression);
        foreach (var found in OfShell("shell", stage.Shell)) yield return found;
        foreach (var found in OfHttp("http", stage.Http)) yield return found;
        foreach (var found in OfAgent(stage.Agent)) yield return found;
        foreach (var found in OfData(stage.Data)) yield return found;
        foreach (var found in OfWait(stage.Wait)) yield return found;
        foreach (var found in OfText("pipeline.id", stage.Pipeline?.Id)) yield return found;
        foreach (var found in OfValue("pipeline.input", stage.Pipeline?.Input)) yield return found;
        foreach (var found in OfText("code.name", stage.Code?.Name)) yield return found;
        foreach (var found in OfValue("code.input", stage.Code?.Input)) yield return found;
        if (stage.Undo is { } undo)
        {
            foreach (var found in OfShell("undo.shell", undo.Shell)) yield return found;
            foreach (var found in OfHttp("undo.http", undo.Http)) yield return found;
            foreach (var found in OfText("undo.code.name", undo.Code?.Name)) yield return found;
            foreach (var found in OfValue("undo.code.input", undo.Code?.Input)) yield return found;
        }
    }

    /// <summary>Gives the templates inside a free value.</summary>
    public static IEnumerable<StageExpression> OfValue(string path, JsonElement? value)
    {
        if (value is not { } root) yield break;

        // A stack of its own and not recursion: a definition built in C# may nest as deep as it likes.
        var left = new Stack<(string Path, JsonElement Value)>();
        left.Push((path, root));
        while (left.TryPop(out var next))
        {
            switch (next.Value.ValueKind)
            {
                case JsonValueKind.String when Template(next.Value.GetString()) is { } text:
                    yield return new StageExpression(next.Path, text, ExpressionKind.Template);
                    break;
                case JsonValueKind.Array:
                    var items = next.Value.EnumerateArray().ToArray();
                    for (var i = items.Length - 1; i >= 0; i--) left.Push(($"{next.Path}/{i}", items[i]));
                    break;
                case JsonValueKind.Object:
                    foreach (var member in next.Value.EnumerateObject().Reverse()) left.Push(($"{next.Path}/{Escape(member.Name)}", member.Value));
                    break;
            }
        }
    }

    private static IEnumerable<StageExpression> OfTrigger(string path, TriggerDefinition trigger)
    {
        var left = new Stack<(string Path, TriggerDefinition Trigger)>();
        left.Push((path, trigger));
        while (left.TryPop(out var next))
        {
            if (Bare(next.Trigger.Where) is { } where) yield return new StageExpression(next.Path + ".where", where, ExpressionKind.Expression);
            if (Bare(next.Trigger.When) is { } when) yield return new StageExpression(next.Path + ".when", when, ExpressionKind.Expression);
            foreach (var found in OfText(next.Path + ".approval.message", next.Trigger.Approval?.Message)) yield return found;

            for (var i = (next.Trigger.Any?.Count ?? 0) - 1; i >= 0; i--) left.Push(($"{next.Path}.any[{i}]", next.Trigger.Any![i]));
            for (var i = (next.Trigger.All?.Count ?? 0) - 1; i >= 0; i--) left.Push(($"{next.Path}.all[{i}]", next.Trigger.All![i]));
        }
    }

    private static IEnumerable<StageExpression> OfShell(string path, ShellDefinition? shell)
    {
        if (shell is null) yield break;
        if (Template(shell.Run) is { } run) yield return new StageExpression(path + ".run", run, ExpressionKind.Forbidden);
        foreach (var found in Templates(path + ".exec", shell.Exec)) yield return found;
        foreach (var found in Templates(path + ".args", shell.Args)) yield return found;
        foreach (var found in Templates(path + ".env", shell.Env)) yield return found;
        foreach (var found in OfText(path + ".workdir", shell.Workdir)) yield return found;
        foreach (var found in OfText(path + ".stdin", shell.Stdin)) yield return found;
    }

    private static IEnumerable<StageExpression> OfHttp(string path, HttpDefinition? http)
    {
        if (http is null) yield break;
        foreach (var found in OfText(path + ".method", http.Method)) yield return found;
        foreach (var found in OfText(path + ".url", http.Url)) yield return found;
        foreach (var found in Templates(path + ".headers", http.Headers)) yield return found;
        foreach (var found in OfValue(path + ".body", http.Body)) yield return found;
    }

    private static IEnumerable<StageExpression> OfAgent(AgentDefinition? agent)
    {
        if (agent is null) yield break;
        foreach (var found in OfText("agent.system", agent.System)) yield return found;
        foreach (var found in OfText("agent.prompt", agent.Prompt)) yield return found;
        foreach (var found in OfText("agent.model.provider", agent.Model?.Provider)) yield return found;
        foreach (var found in OfText("agent.model.name", agent.Model?.Name)) yield return found;
        foreach (var found in OfText("agent.model.apiKey", agent.Model?.ApiKey)) yield return found;
        foreach (var found in Templates("agent.tools", agent.Tools)) yield return found;
    }

    private static IEnumerable<StageExpression> OfData(DataDefinition? data)
    {
        if (data is null) yield break;
        if (data.Value is { ValueKind: JsonValueKind.String } value && Bare(value.GetString()) is { } text && Template(text) is null)
        {
            yield return new StageExpression("data.value", text, ExpressionKind.Expression);
        }
        else
        {
            foreach (var found in OfValue("data.value", data.Value)) yield return found;
        }

        for (var i = 0; i < (data.Merge?.Count ?? 0); i++)
        {
            if (Bare(data.Merge![i]) is { } item) yield return new StageExpression($"data.merge[{i}]", item, ExpressionKind.Expression);
        }

        foreach (var (key, picked) in data.Pick ?? EmptyOf<string>.Value)
        {
            if (Bare(picked) is { } item) yield return new StageExpression("data.pick." + key, item, ExpressionKind.Expression);
        }
    }

    private static IEnumerable<StageExpression> OfWait(WaitDefinition? wait)
    {
        if (wait is null) yield break;
        foreach (var found in OfText("wait.until", wait.Until)) yield return found;
        foreach (var found in OfText("wait.event", wait.Event)) yield return found;
        if (Bare(wait.Where) is { } where) yield return new StageExpression("wait.where", where, ExpressionKind.Expression);
        foreach (var found in OfText("wait.approval.message", wait.Approval?.Message)) yield return found;
        foreach (var found in Templates("wait.approval.by", wait.Approval?.By ?? [])) yield return found;
    }

    private static IEnumerable<StageExpression> OfText(string path, string? text)
    {
        if (Template(text) is { } template) yield return new StageExpression(path, template, ExpressionKind.Template);
    }

    private static IEnumerable<StageExpression> Templates(string path, IReadOnlyList<string> texts)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            if (Template(texts[i]) is { } text) yield return new StageExpression($"{path}[{i}]", text, ExpressionKind.Template);
        }
    }

    private static IEnumerable<StageExpression> Templates(string path, IReadOnlyDictionary<string, string> texts)
    {
        foreach (var (key, value) in texts)
        {
            if (Template(value) is { } text) yield return new StageExpression($"{path}.{key}", text, ExpressionKind.Template);
        }
    }

    private static string? Bare(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string? Template(string? text) => text is not null && text.Contains(Opening, StringComparison.Ordinal) ? text : null;

    private static string Escape(string key) => key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
