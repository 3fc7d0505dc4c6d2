using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>Checks the bodies of stages.</summary>
internal static class BodyChecks
{
    public static void Run(Check check, StageDefinition stage, string path)
    {
        if (stage.ForEach is { } forEach) CheckForEach(check, forEach, path + ".forEach");
        if (stage.Shell is not null) CheckShell(check, stage.Shell, path + ".shell");
        if (stage.Http is not null) CheckHttp(check, stage.Http, path + ".http");
        if (stage.Agent is not null) CheckAgent(check, stage.Agent, path + ".agent");
        if (stage.Data is not null) CheckData(check, stage.Data, path + ".data");
        if (stage.Wait is not null) CheckWait(check, stage.Wait, path + ".wait");
        if (stage.Code is not null) CheckCode(check, stage.Code, path + ".code");
        if (stage.Pipeline is not null) CheckPipeline(check, stage.Pipeline, path + ".pipeline");
        if (stage.Output?.Schema is { } schema) CheckSchema(check, schema, path + ".output.schema");
    }

    public static void CheckShell(Check check, ShellDefinition shell, string path)
    {
        var hasRun = !string.IsNullOrEmpty(shell.Run);
        if (!hasRun && shell.Exec.Count == 0 && !check.IsBroken(path + ".run") && !check.IsBroken(path + ".exec"))
        {
            check.Error(ProblemCodes.Missing, path, "the shell stage runs nothing", "write 'run:' with a script, or 'exec:' with a program and its arguments");
        }

        if (hasRun && shell.Exec.Count > 0) check.Error(ProblemCodes.SeveralMembers, path, "'run' and 'exec' are both given", "keep one of them");
        if (shell.Exec.Count > 0 && shell.Exec[0].Length == 0) check.Error(ProblemCodes.Missing, path + ".exec[0]", "the program has no name");
        if (shell.Args.Count > 0 && shell.Exec.Count > 0) check.Error(ProblemCodes.Misplaced, path + ".args", "'args' belong to 'run'", "append them to 'exec'");
        foreach (var name in shell.Env.Keys)
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal))
            {
                check.Error(ProblemCodes.InvalidId, SourcePath.Join(path + ".env", name), $"'{name}' is no name of an environment variable", "use letters, digits and '_'");
            }
        }
    }

    public static void CheckHttp(Check check, HttpDefinition http, string path)
    {
        if (!IsTemplate(http.Method) && (http.Method.Length is 0 or > 20 || !http.Method.All(char.IsAsciiLetter)))
        {
            check.Error(ProblemCodes.UnknownValue, path + ".method", $"'{http.Method}' is no method", "write GET, POST, PUT, PATCH, DELETE or HEAD");
        }

        if (!IsTemplate(http.Url) && http.Url.Length > 0 && !(Uri.TryCreate(http.Url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            check.Error(ProblemCodes.UnknownValue, path + ".url", "the address is no http or https URL", "begin with 'https://'");
        }
    }

    public static void CheckCode(Check check, CodeDefinition code, string path)
    {
        if (check.Options.CodeNames is not { } names || code.Name.Length == 0 || IsTemplate(code.Name) || names.Contains(code.Name)) return;
        check.Error(ProblemCodes.UnknownValue, path + ".name", $"no code is registered under '{code.Name}'", check.Suggest(code.Name, names) ?? "register it before the pipeline is read");
    }

    private static void CheckSchema(Check check, JsonElement schema, string path)
    {
        foreach (var problem in JsonSchemaRules.Find(schema))
        {
            var place = problem.Path.Length == 0 ? path : SourcePath.Join(path, problem.Path);
            if (problem.Unchecked is null) check.Error(problem.Code, place, problem.Message, problem.Suggestion);
            else check.Warning(problem.Code, place, problem.Message, problem.Suggestion);
        }
    }

    private static void CheckForEach(Check check, JsonElement forEach, string path)
    {
        if (forEach.ValueKind == JsonValueKind.Array) return;
        if (forEach.ValueKind != JsonValueKind.String)
        {
            check.Error(ProblemCodes.WrongType, path, $"'forEach' expected a list or an expression, found {InputTypes.KindOf(forEach)}", "write a list, or ${{ … }}");
            return;
        }

        var text = forEach.GetString()!;
        if (!IsTemplate(text))
        {
            check.Error(ProblemCodes.WrongType, path, "'forEach' expected a list or an expression, found text", "put the expression into ${{ }}");
            return;
        }

        var parsed = ParsedExpression.Of(new StageExpression("forEach", text, ExpressionKind.Template));
        if (parsed.Errors.Count == 0 && !parsed.IsWhole) check.Error(ProblemCodes.WrongType, path, "text around ${{ }} makes it text and not a list", "keep only ${{ … }}");
    }

    private static void CheckAgent(Check check, AgentDefinition agent, string path)
    {
        if (agent.Model is null && !check.Options.HasDefaultModel && !check.IsBroken(path + ".model"))
        {
            check.Error(ProblemCodes.MissingModel, path, "the agent has no model", "write 'model: { provider: …, name: … }', or configure a default model");
        }

        if (agent.Personality is not null) CheckPersonality(check, agent.Personality, path + ".personality");
        for (var i = 0; i < agent.Consult.Count; i++) CheckPersonality(check, agent.Consult[i], SourcePath.Join(path + ".consult", i));
    }

    private static void CheckPersonality(Check check, string name, string path)
    {
        if (check.Definition.Personalities.ContainsKey(name) || check.Options.SharedPersonalities.Contains(name)) return;
        var known = check.Definition.Personalities.Keys.Concat(check.Options.SharedPersonalities);
        check.Error(ProblemCodes.UnknownPersonality, path, $"there is no personality '{name}'", check.Suggest(name, known) ?? "describe it under 'personalities'");
    }

    private static void CheckData(Check check, DataDefinition data, string path)
    {
        var count = (data.Value is null ? 0 : 1) + (data.Merge is null ? 0 : 1) + (data.Pick is null ? 0 : 1);
        if (count == 0 && data.Default is null) check.Error(ProblemCodes.Missing, path, "the data stage builds nothing", "write 'value', 'merge' or 'pick'");
        if (count > 1) check.Error(ProblemCodes.SeveralMembers, path, "several of 'value', 'merge' and 'pick' are given", "keep one of them");
        foreach (var expression in StageExpressions.OfValue(path + ".default", data.Default))
        {
            check.Error(ProblemCodes.Misplaced, expression.Path, "${{ }} stands in 'default', which is taken as it is", "write a fixed value, or put the expression into 'value'");
        }
    }

    private static void CheckWait(Check check, WaitDefinition wait, string path)
    {
        var count = (wait.For is null ? 0 : 1) + (wait.Until is null ? 0 : 1) + (wait.Event is null ? 0 : 1) + (wait.Approval is null ? 0 : 1);
        if (count == 0 && !check.IsBroken(path + ".for")) check.Error(ProblemCodes.Missing, path, "the stage waits for nothing", "write 'for', 'until', 'event' or 'approval'");
        if (count > 1) check.Error(ProblemCodes.SeveralMembers, path, "several of 'for', 'until', 'event' and 'approval' are given", "use a stage for each");
        if (wait.Where is not null && wait.Event is null) check.Error(ProblemCodes.Misplaced, path + ".where", "'where' stands only beside 'event'");
        if (wait.Event is { Length: 0 }) check.Error(ProblemCodes.Missing, path + ".event", "the event has no type", "write the type, such as 'release.ready'");
        if (wait.Until is { } until && !IsTemplate(until) && !Moment.TryParse(until, out _))
        {
            check.Error(ProblemCodes.UnknownValue, path + ".until", $"'{until}' is no moment", "write it as 2026-11-20T17:00:00Z");
        }
    }

    private static void CheckPipeline(Check check, PipelineCallDefinition call, string path)
    {
        if (call.Id.Length == 0 || IsTemplate(call.Id) || check.Options.PipelineIds is not { } ids || ids.Contains(call.Id)) return;
        check.Error(ProblemCodes.UnknownPipeline, path + ".id", $"there is no pipeline '{call.Id}'", check.Suggest(call.Id, ids));
    }

    private static bool IsTemplate(string text) => text.Contains(StageExpressions.Opening, StringComparison.Ordinal);
}
