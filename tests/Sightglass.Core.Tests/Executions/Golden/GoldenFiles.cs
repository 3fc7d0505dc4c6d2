using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Sightglass.Tests;

namespace Sightglass.Core.Tests.Executions.Golden;

/// <summary>The golden logs of the repository.</summary>
internal static class GoldenFiles
{
    /// <summary>The variable that makes the tests write the logs instead of comparing them.</summary>
    public const string Rewrite = "SIGHTGLASS_WRITE_GOLDEN_LOGS";

    public static bool IsRewriting => Environment.GetEnvironmentVariable(Rewrite) == "1";

    public static string Root { get; } = RepositoryFiles.Root;

    public static string Logs { get; } = Path.Combine(Root, "tests", "contracts", "logs");

    /// <summary>Gives every log's path below <see cref="Logs"/> without its ending, those of released versions included.</summary>
    public static IEnumerable<string> Names() => Directory.EnumerateFiles(Logs, "*.ndjson", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Logs, f)[..^".ndjson".Length].Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    public static GoldenLog Read(string name)
    {
        var path = Path.Combine(Logs, name);
        var values = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        if (File.Exists(path + ".values.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path + ".values.json"), new JsonDocumentOptions { MaxDepth = 256 });
            foreach (var value in document.RootElement.EnumerateObject()) values[value.Name] = JsonMarshal.GetRawUtf8Value(value.Value).ToArray();
        }

        return new GoldenLog(File.ReadAllText(path + ".ndjson"), values);
    }

    public static string ReadState(string name) => File.ReadAllText(Path.Combine(Logs, name + ".state.json"));

    public static void Write(string name, GoldenLog log)
    {
        Directory.CreateDirectory(Logs);
        var path = Path.Combine(Logs, name);
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        File.WriteAllText(path + ".ndjson", log.Lines, encoding);
        File.WriteAllText(path + ".state.json", log.State(), encoding);
        if (log.ValuesFile() is { } values) File.WriteAllText(path + ".values.json", values, encoding);
        else File.Delete(path + ".values.json");
    }
}
