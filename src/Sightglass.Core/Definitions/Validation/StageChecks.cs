namespace Sightglass.Core.Definitions;

/// <summary>Checks each stage for itself: its id, its type and what belongs to which type.</summary>
internal static class StageChecks
{
    public static void Run(Check check)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < check.Definition.Stages.Count; i++)
        {
            var stage = check.Definition.Stages[i];
            var path = Check.Stage(i);
            if (check.IsBroken(path)) continue;
            CheckId(check, stage, i, path, seen);
            CheckBody(check, stage, path);
            CheckBranch(check, stage, path);
            if (stage.MaxParallel is not null && stage.ForEach is null)
            {
                check.Warning(ProblemCodes.Misplaced, path + ".maxParallel", "'maxParallel' does nothing without 'forEach'", "remove it");
            }

            BodyChecks.Run(check, stage, path);
            if (stage.Triggers is not null) TriggerChecks.Run(check, path + ".triggers", stage.Triggers);
            if (stage.Undo is not null) CheckUndo(check, stage.Undo, path + ".undo");
        }
    }

    private static void CheckId(Check check, StageDefinition stage, int index, string path, Dictionary<string, int> seen)
    {
        var at = path + ".id";
        if (stage.Id.Length == 0 || check.IsBroken(at)) return;
        if (stage.Id == StageDependencies.Finish)
        {
            check.Error(ProblemCodes.InvalidId, at, "'finish' is no id: it is what ends a pipeline early", "choose another id");
        }
        else if (stage.Id.Length > DefinitionLimits.IdLength || !stage.Id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
        {
            check.Error(ProblemCodes.InvalidId, at, $"'{Short(stage.Id)}' is no id", "use letters, digits, '-' and '_', at most 100 of them");
        }

        if (!seen.TryAdd(stage.Id, index))
        {
            check.Error(ProblemCodes.DuplicateId, at, $"the id '{Short(stage.Id)}' is used by two stages", "give each stage an id of its own");
        }
    }

    private static void CheckBody(Check check, StageDefinition stage, string path)
    {
        var bodies = Bodies(stage);
        if (bodies.Count > 1)
        {
            check.Error(ProblemCodes.SeveralBodies, SourcePath.Join(path, bodies[1]), $"the stage has several bodies: {string.Join(", ", bodies)}", "split it into stages of one body each");
            return;
        }

        if (check.IsBroken(path + ".type")) return;
        var isBranch = stage.Type == "branch";
        if (bodies.Count == 1 && isBranch)
        {
            check.Error(ProblemCodes.BodyMismatch, SourcePath.Join(path, bodies[0]), $"a branch has no body, and this one has '{bodies[0]}'", "move the body to a stage that 'then' or 'else' names");
        }
        else if (bodies.Count == 1 && stage.Type != bodies[0])
        {
            check.Error(ProblemCodes.BodyMismatch, SourcePath.Join(path, bodies[0]), $"the type is '{stage.Type}', but the body is '{bodies[0]}'", $"write 'type: {bodies[0]}', or a body '{stage.Type}'");
        }
        else if (bodies.Count == 0 && !isBranch)
        {
            // A body that could not be read was told of already.
            if (FieldRules.StageTypes.Any(type => check.IsBroken(SourcePath.Join(path, type)))) return;
            var suggestion = stage.Type.Length == 0 ? "write one of " + string.Join(", ", FieldRules.StageTypes) : $"write '{stage.Type}:' with what it runs";
            check.Error(ProblemCodes.NoBody, path, stage.Type.Length == 0 ? "the stage does nothing: it has no body" : $"the stage is of type '{stage.Type}' and has no body '{stage.Type}'", suggestion);
        }
    }

    private static List<string> Bodies(StageDefinition stage)
    {
        var found = new List<string>(1);
        if (stage.Agent is not null) found.Add("agent");
        if (stage.Shell is not null) found.Add("shell");
        if (stage.Http is not null) found.Add("http");
        if (stage.Data is not null) found.Add("data");
        if (stage.Wait is not null) found.Add("wait");
        if (stage.Pipeline is not null) found.Add("pipeline");
        if (stage.Code is not null) found.Add("code");
        return found;
    }

    private static void CheckBranch(Check check, StageDefinition stage, string path)
    {
        if (stage.Type != "branch")
        {
            foreach (var (target, name) in (ReadOnlySpan<(string?, string)>)[(stage.Then, "then"), (stage.Else, "else")])
            {
                if (target is not null && !check.IsBroken(path + ".type")) check.Error(ProblemCodes.Misplaced, SourcePath.Join(path, name), $"'{name}' stands only on a branch", "write 'type: branch' on a stage of its own");
            }

            return;
        }

        if (string.IsNullOrEmpty(stage.When)) check.Error(ProblemCodes.Missing, path + ".when", "a branch needs a condition", "write 'when:' with an expression");
        if (stage.Then is null && stage.Else is null) check.Error(ProblemCodes.Missing, path + ".then", "a branch needs 'then' or 'else'", "name a stage, or 'finish'");
        if (stage.ForEach is not null) check.Error(ProblemCodes.Misplaced, path + ".forEach", "a branch takes one way and cannot run for each item", "remove 'forEach'");
    }

    private static void CheckUndo(Check check, UndoDefinition undo, string path)
    {
        var count = (undo.Shell is null ? 0 : 1) + (undo.Http is null ? 0 : 1) + (undo.Code is null ? 0 : 1);
        if (count == 0) check.Error(ProblemCodes.NoBody, path, "'undo' has no body", "write shell, http or code");
        if (count > 1) check.Error(ProblemCodes.SeveralBodies, path, "'undo' has several bodies", "keep one of shell, http and code");
        if (undo.Shell is not null) BodyChecks.CheckShell(check, undo.Shell, path + ".shell");
        if (undo.Http is not null) BodyChecks.CheckHttp(check, undo.Http, path + ".http");
        if (undo.Code is not null) BodyChecks.CheckCode(check, undo.Code, path + ".code");
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
