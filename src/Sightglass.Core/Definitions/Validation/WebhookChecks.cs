using Sightglass.Core.Webhooks;

namespace Sightglass.Core.Definitions;

/// <summary>Checks the webhooks of a pipeline.</summary>
internal static class WebhookChecks
{
    // What names them is the sender's own: another value would make a delivery unreadable.
    private static readonly string[] OwnHeaders = ["Host", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection"];

    public static void Run(Check check)
    {
        var hooks = check.Definition.Webhooks ?? [];
        if (hooks.Count > DefinitionLimits.Webhooks)
            check.Error(ProblemCodes.OutOfRange, "webhooks", $"there are {hooks.Count:N0} webhooks; {DefinitionLimits.Webhooks} are allowed", "tell one address and let it tell the others");
        for (var i = 0; i < Math.Min(hooks.Count, DefinitionLimits.Webhooks); i++)
        {
            var path = SourcePath.Join("webhooks", i);
            if (check.IsBroken(path)) continue;
            CheckUrl(check, hooks[i].Url, path + ".url");
            CheckStages(check, hooks[i], path);
            if (hooks[i].Headers.Count > 32) check.Error(ProblemCodes.OutOfRange, path + ".headers", "there may be 32 headers", "remove some");
            foreach (var (name, value) in hooks[i].Headers) CheckHeader(check, name, value, SourcePath.Join(path + ".headers", name));
            if (hooks[i].Secret is { } secret) CheckSecret(check, secret, path + ".secret");
        }
    }

    private static void CheckUrl(Check check, string url, string path)
    {
        if (url.Length == 0 || !CheckText(check, url, path)) return;
        if (url.Contains("${{", StringComparison.Ordinal) || (Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0)) return;
        check.Error(ProblemCodes.UnknownValue, path, "the address is no http or https URL", "begin with 'https://' and give a password as a header");
    }

    private static void CheckStages(Check check, WebhookDefinition hook, string path)
    {
        for (var i = 0; i < hook.Stages.Count; i++)
        {
            if (!check.StageIds.Contains(hook.Stages[i]))
                check.Error(ProblemCodes.UnknownStage, SourcePath.Join(path + ".stages", i), $"there is no stage '{hook.Stages[i]}'", check.Suggest(hook.Stages[i], check.StageIds));
        }

        if (hook.Stages.Count > 0 && !hook.On.Any(on => on.StartsWith("stage.", StringComparison.Ordinal)))
            check.Error(ProblemCodes.Misplaced, path + ".stages", "'stages' does nothing without 'stage.completed' or 'stage.failed'", "write 'on: [stage.failed]', or remove it");
    }

    private static void CheckHeader(Check check, string name, string value, string path)
    {
        if (name.Length is 0 or > 100 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            check.Error(ProblemCodes.InvalidId, path, $"'{name}' is no name of a header", "use letters, digits and '-'");
        else if (OwnHeaders.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("X-Sightglass-", StringComparison.OrdinalIgnoreCase))
            check.Error(ProblemCodes.Misplaced, path, $"the header '{name}' is set by the sender", "remove it");
        if (value.Any(char.IsControl)) check.Error(ProblemCodes.NotText, path, "the value of a header is one line", "remove what breaks the line");
        CheckText(check, value, path);
    }

    private static void CheckSecret(Check check, string secret, string path)
    {
        if (!CheckText(check, secret, path)) return;
        if (!WebhookText.SecretsOf(secret).Any())
            check.Error(ProblemCodes.SecretNotAllowed, path, "the key of the signature would stand in the file and in the log", "write 'secret: ${{ secrets.HOOK }}' and set SIGHTGLASS_SECRET_HOOK");
    }

    private static bool CheckText(Check check, string text, string path)
    {
        if (WebhookText.HasOther(text))
        {
            check.Error(ProblemCodes.BadExpression, path, "only secrets can be named here", "write '${{ secrets.NAME }}'");
            return false;
        }

        foreach (var name in WebhookText.SecretsOf(text).Where(name => check.Options.HasSecret?.Invoke(name) == false))
            check.Error(ProblemCodes.MissingSecret, path, $"the secret '{name}' is not configured", $"set SIGHTGLASS_SECRET_{name}");
        return true;
    }
}
