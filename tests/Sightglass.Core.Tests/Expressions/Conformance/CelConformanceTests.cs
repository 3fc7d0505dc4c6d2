using System.Globalization;
using System.Text;
using System.Text.Json;
using Sightglass.Core.Expressions;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Core.Tests.Expressions.Conformance;

/// <summary>The language held to its public cases, all of them but those that need protobuf.</summary>
public sealed class CelConformanceTests
{
    private const double Least = 0.99;

    /// <summary>Cases that are known to fail, each with its reason. A case that passes must not stand here.</summary>
    private static readonly Dictionary<string, string> KnownFailures = new(StringComparer.Ordinal)
    {
    };

    [Fact]
    public void Evaluation_gives_what_the_public_cases_say() =>
        Hold("cel-conformance.txt", ConformanceCases.Evaluated, ConformanceRules.WhyNotEvaluated, Evaluate, least: 1500);

    [Fact]
    public void Parse_accepts_and_refuses_what_the_public_cases_say() =>
        Hold("cel-conformance-parsing.txt", ConformanceCases.Parsed, ConformanceRules.WhyNotParsed, Parse, least: 130);

    private static void Hold(
        string report, IReadOnlyList<ConformanceCase> cases, Func<ConformanceCase, string?> exclude, Func<ConformanceCase, string?> run, int least)
    {
        var excluded = cases.Select(one => (Case: one, Reason: exclude(one))).Where(one => one.Reason is not null).ToList();
        var applying = cases.Where(one => exclude(one) is null).Select(one => (Case: one, Problem: run(one))).ToList();
        var text = new StringBuilder();
        foreach (var file in applying.GroupBy(one => one.Case.File))
            text.AppendLine($"{(file.Key.Length > 0 ? file.Key : "parsing"),-16} {file.Count(one => one.Problem is null),5} of {file.Count(),5} pass");
        foreach (var reason in excluded.GroupBy(one => one.Reason))
            text.AppendLine($"{reason.Count(),5} do not apply: {reason.Key}");
        var failed = applying.Where(one => one.Problem is not null).ToList();
        text.AppendLine($"{applying.Count - failed.Count} of {applying.Count} pass");
        foreach (var (one, problem) in failed)
            text.AppendLine($"  {one.Id}: {problem}");
        var folder = Directory.CreateDirectory(Path.Combine(RepositoryFiles.Root, "artifacts", "test-results"));
        File.WriteAllText(Path.Combine(folder.FullName, report), text.ToString());
        TestContext.Current.TestOutputHelper?.WriteLine(text.ToString());

        // A package that lost its cases would pass otherwise.
        Assert.InRange(applying.Count, least, int.MaxValue);
        Assert.True(applying.Count - failed.Count >= applying.Count * Least, text.ToString());
        var figure = string.Create(CultureInfo.InvariantCulture, $"{applying.Count - failed.Count:N0}");
        Assert.Contains(figure, File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "reference", "expressions.md")), StringComparison.Ordinal);
        Assert.Equal(KnownFailures.Keys.Where(id => cases.Any(one => one.Id == id)).Order(), failed.Select(one => one.Case.Id).Order());
    }

    /// <summary>Null, or what differs from the case.</summary>
    private static string? Evaluate(ConformanceCase one)
    {
        if (!TryParse(one.Expression, out var expression, out var problem))
            return $"{one.Expression} is refused: {problem}";
        var result = expression!.Evaluate(Scope(one));
        if (one.Get("evalError") is not null)
            return result.IsError ? ConformanceErrors.Differs(one, result.Error) : $"{one.Expression} gives {result.Value} in place of an error";
        if (result.IsError)
            return $"{one.Expression} fails: {result.Error.Message}";
        var typed = one.Get("typedResult");
        var given = typed is null ? one.Get("value") : typed.Value.TryGetProperty("result", out var inner) ? inner : (JsonElement?)null;
        var expected = given is null ? CelValue.Bool(true) : ConformanceValue.Read(given.Value);
        return ConformanceValue.AreSame(expected, result.Value)
            ? null
            : $"{one.Expression} gives {result.Value.TypeName} {result.Value} in place of {expected.TypeName} {expected}";
    }

    private static string? Parse(ConformanceCase one)
    {
        var parsed = TryParse(one.Expression, out _, out var problem);
        if (parsed == one.HasTree)
            return null;
        return parsed ? $"{one.Expression} is accepted, though: {one.Error}" : $"{one.Expression} is refused: {problem}";
    }

    // Leniently, as the cases may call what does not exist where it is never reached.
    private static bool TryParse(string text, out CelExpression? expression, out string problem)
    {
        var parsed = CelExpression.TryParse(text, text, new CelLines(text), 0, lenient: true, out expression, out var errors);
        problem = parsed ? "" : errors[0].Message;
        return parsed;
    }

    private static CelScope Scope(ConformanceCase one)
    {
        var scope = new CelScope();
        if (one.Get("bindings") is not { } bindings)
            return scope;
        foreach (var binding in bindings.EnumerateObject())
            scope.Set(binding.Name, ConformanceValue.Read(binding.Value.GetProperty("value")));
        if (one.Get("container")?.GetString() is not { Length: > 0 } container)
            return scope;

        // Inside a container its own names go by their short form and hide those of outside.
        var inside = scope.Child();
        foreach (var binding in bindings.EnumerateObject().Where(binding => binding.Name.StartsWith(container + ".", StringComparison.Ordinal)))
            inside.Set(binding.Name[(container.Length + 1)..], ConformanceValue.Read(binding.Value.GetProperty("value")));
        return inside;
    }
}
