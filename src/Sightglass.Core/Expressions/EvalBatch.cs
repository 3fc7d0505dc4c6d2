using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sightglass.Core.Expressions;

/// <summary>Evaluates expressions given as text, one at a time or a line each.</summary>
public static class EvalBatch
{
    // A tagged map takes three levels of JSON for one of its own.
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = (CelLimits.MaxValueDepth * 3) + 10,
    };

    /// <summary>Answers each line <c>{"expr":"…","vars":{…}}</c> by a line <c>{"value":…}</c> or <c>{"error":"…","code":"…"}</c>, in order.</summary>
    /// <param name="input">The lines; an empty one is a line like any other.</param>
    /// <param name="output">Where the answers go; it is flushed at the end.</param>
    /// <param name="typed">Whether variables and values are tagged, as in <c>{"int":"1"}</c>.</param>
    public static void Run(TextReader input, TextWriter output, bool typed)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        var line = new StringBuilder();
        while (ReadLine(input, line, out var length))
        {
            output.Write(length > CelLimits.MaxRequestLength
                ? Error(CelErrorCodes.InvalidRequest, $"not a request: the line has {length} characters; {CelLimits.MaxRequestLength} are allowed")
                : Answer(() => Request(line.ToString(), typed), typed, out _));
            output.Write('\n');
        }

        output.Flush();
    }

    /// <summary>Evaluates one expression.</summary>
    /// <param name="expr">The expression.</param>
    /// <param name="varsJson">A JSON object of variables; empty for none.</param>
    /// <param name="typed">Whether variables and the value are tagged.</param>
    /// <param name="isError">Whether the answer is an error.</param>
    /// <returns>The answer in the form of <see cref="Run"/>.</returns>
    public static string EvaluateOne(string expr, string varsJson, bool typed, out bool isError)
    {
        ArgumentNullException.ThrowIfNull(expr);
        return Answer(
            () =>
            {
                if (string.IsNullOrWhiteSpace(varsJson))
                    return (expr, new CelScope());
                using var vars = JsonDocument.Parse(varsJson);
                return (expr, Scope(vars.RootElement, typed));
            },
            typed,
            out isError);
    }

    /// <summary>Reads a line, and of one that is too long no more than is allowed.</summary>
    private static bool ReadLine(TextReader input, StringBuilder line, out long length)
    {
        line.Clear();
        length = 0;
        int next;
        while ((next = input.Read()) is not (-1 or '\n'))
        {
            if (++length <= CelLimits.MaxRequestLength) line.Append((char)next);
        }

        return next == '\n' || length > 0;
    }

    private static (string Expression, CelScope Scope) Request(string line, bool typed)
    {
        using var request = JsonDocument.Parse(line);
        var root = request.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("expr", out var expression) || expression.ValueKind != JsonValueKind.String)
            throw new FormatException("expected an object with \"expr\" as string");
        return (expression.GetString()!, root.TryGetProperty("vars", out var vars) && vars.ValueKind != JsonValueKind.Null ? Scope(vars, typed) : new CelScope());
    }

    private static CelScope Scope(JsonElement vars, bool typed)
    {
        if (vars.ValueKind != JsonValueKind.Object)
            throw new FormatException("expected the variables as object");
        var scope = new CelScope();
        foreach (var variable in vars.EnumerateObject())
        {
            if (variable.Name.Length == 0)
                throw new FormatException("a variable has an empty name");
            scope.Set(variable.Name, typed ? TypedJson.Read(variable.Value) : CelValue.FromJson(variable.Value));
        }

        return scope;
    }

    private static string Answer(Func<(string Expression, CelScope Scope)> request, bool typed, out bool isError)
    {
        isError = true;
        try
        {
            var (text, scope) = request();
            // Leniently, as an unknown function may stand where it is never reached.
            if (!CelExpression.TryParse(text, text, new CelLines(text), 0, lenient: true, out var expression, out var errors))
                return Error(errors[0].Code, errors[0].Message);
            var result = expression.Evaluate(scope);
            if (result.IsError)
                return Error(result.Error.Code, result.Error.Message);
            var answer = Write(writer =>
            {
                writer.WritePropertyName("value");
                if (typed)
                    TypedJson.Write(writer, result.Value);
                else
                    result.Value.WriteJson(writer);
            });
            isError = false;
            return answer;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return Error(CelErrorCodes.InvalidRequest, $"not a request: {e.Message}");
        }
    }

    private static string Error(string code, string message) => Write(writer =>
    {
        writer.WriteString("error", message);
        writer.WriteString("code", code);
    });

    private static string Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            content(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
