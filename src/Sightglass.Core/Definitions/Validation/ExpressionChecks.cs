using Sightglass.Core.Expressions;

namespace Sightglass.Core.Definitions;

/// <summary>Checks that expressions can be read and name only what there is.</summary>
internal static class ExpressionChecks
{
    private static readonly string[] Everywhere = ["inputs", "stages", "stage", "env", "execution", "secrets"];
    private static readonly string[] StageFields = ["output", "status", "error"];

    // Names of types and of function groups look like free names.
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "bool", "int", "uint", "double", "string", "bytes", "list", "map", "type", "null_type", "dyn", "optional", "optional_type", "math", "strings", "base64", "google",
    };

    private static readonly string[] SecretPlaces = ["shell.env.", "http.headers.", "http.body", "agent.model."];

    public static void Run(Check check)
    {
        for (var i = 0; i < check.Definition.Stages.Count; i++)
        {
            var path = Check.Stage(i);
            foreach (var expression in check.Expressions[i]) CheckOne(check, check.Definition.Stages[i], path, expression);
        }
    }

    /// <summary>Checks one expression; without a stage it is one of the pipeline's own.</summary>
    public static void CheckOne(Check check, StageDefinition? stage, string stagePath, ParsedExpression expression)
    {
        var source = expression.Source;
        var path = SourcePath.Join(stagePath, source.Path);
        if (source.Kind == ExpressionKind.Forbidden)
        {
            var (line, column) = PlaceOf(source.Text);
            check.ErrorAt(
                ProblemCodes.ExpressionInScript, path, line, column,
                "${{ }} stands in a script, where the shell would run whatever the value says",
                "pass the value by 'env: { VALUE: \"${{ … }}\" }' and write \"$VALUE\"");
            return;
        }

        foreach (var error in expression.Errors)
        {
            var isWrapped = source.Kind == ExpressionKind.Expression && source.Text.TrimStart().StartsWith(StageExpressions.Opening, StringComparison.Ordinal);
            check.ErrorAt(ProblemCodes.BadExpression, path, error.Line, error.Column, "the expression cannot be read: " + error.Reason, isWrapped ? "write it without ${{ }} here" : null);
            if (isWrapped) break;
        }

        foreach (var reference in expression.References) CheckName(check, stage, source, path, reference);
    }

    private static void CheckName(Check check, StageDefinition? stage, StageExpression source, string path, CelReference reference)
    {
        var (line, column) = (reference.Line, reference.Column);
        switch (reference.Root)
        {
            case "inputs":
                CheckInput(check, path, reference);
                break;
            case "stages" when stage is not null:
                CheckStage(check, path, reference);
                break;
            case "secrets":
                CheckSecret(check, source, path, reference);
                break;
            case "env" or "execution":
            case "stage" when stage is not null:
                break;
            case "item" or "index" when stage is not null:
                if (stage.ForEach is null) check.ErrorAt(ProblemCodes.UnknownName, path, line, column, $"'{reference.Root}' is known only in a stage with 'forEach'", "write 'forEach' on the stage");
                break;
            case "event" when stage is not null:
                if (!HasEvent(stage)) check.ErrorAt(ProblemCodes.UnknownName, path, line, column, "'event' is known only where a stage waits for one", "write an 'event' trigger on the stage");
                break;
            case "output" when source.Path == "repeat.until":
                break;
            case "output":
                check.ErrorAt(ProblemCodes.UnknownName, path, line, column, "'output' is known only in 'repeat.until'", "write stages.ID.output");
                break;
            default:
                if (Reserved.Contains(reference.Root)) break;
                check.ErrorAt(ProblemCodes.UnknownName, path, line, column, $"the name '{reference.Root}' is not known", check.Suggest(reference.Root, NamesFor(stage, source)) ?? "the names are " + string.Join(", ", NamesFor(stage, source)));
                break;
        }
    }

    private static IEnumerable<string> NamesFor(StageDefinition? stage, StageExpression source)
    {
        IEnumerable<string> names = Everywhere;
        if (stage is null) return names.Except(["stages", "stage", "secrets"]);
        if (stage.ForEach is not null) names = names.Concat(["item", "index"]);
        if (HasEvent(stage)) names = names.Append("event");
        return source.Path == "repeat.until" ? names.Append("output") : names;
    }

    private static void CheckInput(Check check, string path, CelReference reference)
    {
        var inputs = check.Definition.Inputs;
        if (reference.Path.Count == 0 || inputs.Count == 0 || inputs.ContainsKey(reference.Path[0])) return;
        var name = reference.Path[0];
        check.ErrorAt(ProblemCodes.UnknownInput, path, reference.Line, reference.Column, $"there is no input '{name}'", SuggestDashed("inputs", name, inputs.Keys) ?? check.Suggest(name, inputs.Keys) ?? "declare it under 'inputs'");
    }

    private static void CheckStage(Check check, string path, CelReference reference)
    {
        if (reference.Path.Count == 0) return;
        var id = reference.Path[0];
        if (!check.StageIds.Contains(id))
        {
            var suggestion = check.Suggests ? SuggestDashed("stages", id, check.StageIds) ?? check.Suggest(id, check.StageIds) : null;
            check.ErrorAt(ProblemCodes.UnknownStage, path, reference.Line, reference.Column, $"there is no stage '{id}'", suggestion);
        }
        else if (reference.Path.Count > 1 && !StageFields.Contains(reference.Path[1], StringComparer.Ordinal))
        {
            check.ErrorAt(ProblemCodes.UnknownName, path, reference.Line, reference.Column, $"a stage has no '{reference.Path[1]}'", check.Suggest(reference.Path[1], StageFields) ?? $"write stages.{id}.output.{reference.Path[1]}, or .status, or .error");
        }
    }

    /// <summary>Tells of the trap that <c>stages.my-stage</c> is a subtraction.</summary>
    private static string? SuggestDashed(string root, string name, IEnumerable<string> names) =>
        names.FirstOrDefault(other => other.StartsWith(name + "-", StringComparison.Ordinal)) is { } dashed
            ? $"'-' subtracts: write {root}['{dashed}']"
            : null;

    private static void CheckSecret(Check check, StageExpression source, string path, CelReference reference)
    {
        var place = source.Path.StartsWith("undo.", StringComparison.Ordinal) ? source.Path["undo.".Length..] : source.Path;
        if (!SecretPlaces.Any(allowed => place.StartsWith(allowed, StringComparison.Ordinal)))
        {
            check.ErrorAt(ProblemCodes.SecretNotAllowed, path, reference.Line, reference.Column, "a secret cannot be used here, where it would be recorded", "use it in env, in headers, in a request body or in the model's fields");
            return;
        }

        if (reference.Path.Count == 0)
        {
            check.ErrorAt(ProblemCodes.UnknownName, path, reference.Line, reference.Column, "'secrets' is no value of its own", "name one: secrets.API_KEY");
        }
        else if (check.Options.HasSecret is { } hasSecret && !hasSecret(reference.Path[0]))
        {
            check.ErrorAt(ProblemCodes.MissingSecret, path, reference.Line, reference.Column, $"the secret '{reference.Path[0]}' is not configured", $"set SIGHTGLASS_SECRET_{reference.Path[0]} in the environment or add '{reference.Path[0]}=…' to secrets.env in the data folder");
        }
    }

    private static bool HasEvent(StageDefinition stage)
    {
        if (stage.Wait?.Event is not null) return true;
        var left = new Stack<TriggerDefinition>();
        if (stage.Triggers is not null) left.Push(stage.Triggers);
        while (left.TryPop(out var trigger))
        {
            if (trigger.Event is not null) return true;
            foreach (var inner in (trigger.All ?? []).Concat(trigger.Any ?? [])) left.Push(inner);
        }

        return false;
    }

    private static (int Line, int Column) PlaceOf(string script)
    {
        var before = script.AsSpan(0, script.IndexOf(StageExpressions.Opening, StringComparison.Ordinal));
        return (before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }
}
