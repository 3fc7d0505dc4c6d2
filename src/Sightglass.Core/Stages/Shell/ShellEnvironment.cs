using System.Collections;
using System.Globalization;
using Sightglass.Core.Definitions;

namespace Sightglass.Core.Stages.Shell;

/// <summary>Builds a child's environment: a few names of ours, what the stage says, what identifies the attempt. Nothing
/// else of this process gets in, for its environment is where keys are kept.</summary>
internal static class ShellEnvironment
{
    private static readonly string[] s_unix =
    [
        "PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TZDIR", "TMPDIR", "TMP", "TEMP", "USER", "LOGNAME", "SHELL",
        "SSL_CERT_FILE", "SSL_CERT_DIR",
    ];

    private static readonly string[] s_windows =
    [
        "PATH", "PATHEXT", "SystemRoot", "SystemDrive", "windir", "ComSpec", "TEMP", "TMP", "OS", "COMPUTERNAME", "USERNAME",
        "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA", "ProgramData", "ProgramFiles", "ProgramFiles(x86)",
        "CommonProgramFiles", "PUBLIC", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE", "TZ",
    ];

    public static (Dictionary<string, string> Environment, StageError? Error) Build(
        StageRun run, ShellDefinition body, IDictionary host, IReadOnlyCollection<string> passOn, string token)
    {
        var windows = OperatingSystem.IsWindows();
        var comparer = windows ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        var allowed = new HashSet<string>(windows ? s_windows : s_unix, comparer);
        allowed.UnionWith(passOn);
        var result = new Dictionary<string, string>(comparer);
        foreach (DictionaryEntry entry in host)
        {
            if (entry is { Key: string name, Value: string value } && (allowed.Contains(name) || name.StartsWith("LC_", StringComparison.Ordinal)))
                result[name] = value;
        }

        if (!windows)
            result.TryAdd("PATH", "/usr/local/bin:/usr/bin:/bin");
        foreach (var (name, value) in body.Env)
        {
            if (name.Length == 0 || name.Contains('=') || name.Contains('\0'))
                return (result, new StageError("start_failed", $"'{name}' is no name for an environment variable; names are not empty and hold no '='."));
            if (value.Contains('\0'))
                return (result, new StageError("start_failed", $"The environment variable '{name}' holds a zero character; remove it or pass the text by 'stdin'."));
            result[name] = value;
        }

        result["SIGHTGLASS_IDEMPOTENCY_KEY"] = run.IdempotencyKey;
        result["SIGHTGLASS_EXECUTION_ID"] = run.ExecutionId.ToString();
        result["SIGHTGLASS_STAGE"] = run.Stage;
        result["SIGHTGLASS_ATTEMPT"] = run.Attempt.ToString(CultureInfo.InvariantCulture);
        result[ShellCommand.TokenVariable] = token;
        return (result, null);
    }
}
