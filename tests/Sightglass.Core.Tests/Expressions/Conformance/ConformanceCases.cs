using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Sightglass.Tests;

namespace Sightglass.Core.Tests.Expressions.Conformance;

/// <summary>The public cases, from the package in <c>tests/conformance-data</c>.</summary>
internal static class ConformanceCases
{
    private static readonly Lazy<JsonDocument> Document = new(Read);

    /// <summary>The cases that are evaluated.</summary>
    public static IReadOnlyList<ConformanceCase> Evaluated => Of("conformance");

    /// <summary>The cases of which only the syntax counts.</summary>
    public static IReadOnlyList<ConformanceCase> Parsed => Of("parsing");

    private static List<ConformanceCase> Of(string part)
    {
        var cases = new List<ConformanceCase>();
        Collect(Document.Value.RootElement.GetProperty(part), "", "", cases);
        return cases;
    }

    private static void Collect(JsonElement suite, string file, string path, List<ConformanceCase> cases)
    {
        if (suite.TryGetProperty("tests", out var tests))
        {
            foreach (var test in tests.EnumerateArray())
            {
                var original = test.GetProperty("original");
                var name = original.TryGetProperty("name", out var given) ? given.GetString() : $"{cases.Count + 1}";
                var error = test.TryGetProperty("error", out var said) ? said.GetString()! : "";
                cases.Add(new ConformanceCase(file, $"{path}/{name}", original, test.TryGetProperty("ast", out _), error));
            }
        }

        if (!suite.TryGetProperty("suites", out var inner))
            return;
        foreach (var child in inner.EnumerateArray())
        {
            var name = child.GetProperty("name").GetString()!;
            Collect(child, file.Length > 0 ? file : name, path.Length > 0 ? $"{path}/{name}" : name, cases);
        }
    }

    // The package holds JavaScript modules, which node turns into JSON.
    private static JsonDocument Read()
    {
        var folder = Path.Combine(RepositoryFiles.Root, "tests", "conformance-data");
        var advice = $"Run ./test.sh, or npm ci in {folder}, and try again.";

        // What npm writes last: a folder without it was not installed to its end.
        if (!File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json")))
            throw new InvalidOperationException("The public cases are not installed. " + advice);
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", "print-cases.js") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = node.StandardError.ReadToEndAsync();
            var text = node.StandardOutput.ReadToEnd();
            node.WaitForExit();
            return node.ExitCode == 0 ? JsonDocument.Parse(text) : throw new InvalidOperationException($"node print-cases.js ended with code {node.ExitCode}. {advice}\n{said.Result}");
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("node, which reads the public cases, cannot be started. ./test.sh installs it where it may.", e);
        }
    }
}
