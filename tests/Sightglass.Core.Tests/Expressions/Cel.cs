using System.Text.Json;
using Sightglass.Core.Expressions;
using Xunit;

namespace Sightglass.Core.Tests.Expressions;

internal static class Cel
{
    /// <summary>Evaluates with variables from JSON and gives the tagged value, or <c>!code</c>.</summary>
    internal static string Eval(string text, string vars = "{}")
    {
        var answer = EvalBatch.EvaluateOne(text, "", typed: true, out _);
        if (vars != "{}")
        {
            var result = Parse(text).Evaluate(Scope(vars));
            return result.IsError ? "!" + result.Error.Code : Typed(result.Value);
        }

        using var document = JsonDocument.Parse(answer);
        return document.RootElement.TryGetProperty("value", out var value)
            ? value.GetRawText()
            : "!" + document.RootElement.GetProperty("code").GetString();
    }

    internal static CelResult Result(string text, string vars = "{}") => Parse(text).Evaluate(Scope(vars));

    internal static CelExpression Parse(string text)
    {
        Assert.True(CelExpression.TryParse(text, out var expression, out var errors), errors.Count > 0 ? errors[0].Message : "");
        return expression;
    }

    internal static CelScope Scope(string vars)
    {
        using var document = JsonDocument.Parse(vars);
        var scope = new CelScope();
        foreach (var variable in document.RootElement.EnumerateObject())
            scope.Set(variable.Name, CelValue.FromJson(variable.Value));
        return scope;
    }

    private static string Typed(CelValue value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            TypedJson.Write(writer, value);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
