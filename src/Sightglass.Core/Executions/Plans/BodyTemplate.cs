using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sightglass.Core.Expressions;

namespace Sightglass.Core.Executions.Plans;

/// <summary>A stage's body with its expressions compiled once. Constant bodies are encoded once, too.</summary>
internal abstract class BodyTemplate
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // What holds no expression is rendered once; every attempt shares it.
    private RenderedInput? constant;

    public virtual bool IsConstant => false;

    /// <summary>Resolves every expression.</summary>
    /// <param name="scope">Makes the scope; not called for a constant body.</param>
    /// <param name="error">What went wrong, with the expression's own line and column.</param>
    public RenderedInput? Render(Func<CelScope> scope, out CelError? error)
    {
        if (constant is not null)
        {
            error = null;
            return constant;
        }

        var output = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(output, Options);
        var context = new RenderContext(writer, output, IsConstant ? null : scope());
        Write(context);
        writer.Flush();
        error = context.Error;
        if (error is not null) return null;
        var rendered = new RenderedInput(output.WrittenSpan.ToArray(), context.Secrets);
        if (IsConstant) constant = rendered;
        return rendered;
    }

    public abstract void Write(RenderContext context);

    internal sealed class RenderContext(Utf8JsonWriter writer, ArrayBufferWriter<byte> output, CelScope? scope)
    {
        public Utf8JsonWriter Writer => writer;

        public CelScope Scope => scope!;

        public CelError? Error { get; set; }

        public List<SecretRange> Secrets { get; } = [];

        public void WriteValue(CelValue value)
        {
            if (value.Kind == CelKind.Opaque) WriteSegments([new TemplateSegment("", value.SecretName)]);
            else value.WriteJson(writer);
        }

        public void WriteSegments(IReadOnlyList<TemplateSegment> segments)
        {
            var display = new StringBuilder();
            var secret = false;
            foreach (var segment in segments)
            {
                secret |= segment.Secret is not null;
                display.Append(segment.Secret is null ? segment.Text : RenderedInput.Reference(segment.Secret));
            }

            var encoded = JsonEncodedText.Encode(display.ToString(), JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
            writer.WriteStringValue(encoded);
            if (!secret) return;
            writer.Flush();
            var length = encoded.EncodedUtf8Bytes.Length + 2;
            Secrets.Add(new SecretRange(output.WrittenCount - length, length, segments));
        }
    }
}

/// <summary>JSON that holds no expression.</summary>
internal sealed class ConstantBody(ReadOnlyMemory<byte> json) : BodyTemplate
{
    public override bool IsConstant => true;

    public override void Write(RenderContext context) => context.Writer.WriteRawValue(json.Span, skipInputValidation: true);
}

/// <summary>Text with expressions inside. A field that is text in the file stays text; one that takes any value keeps the
/// type of an expression that is the whole of it.</summary>
internal sealed class TextBody(CelTemplate template, bool keepsType) : BodyTemplate
{
    public override void Write(RenderContext context)
    {
        if (keepsType && template.IsWholeExpression)
        {
            var result = template.Evaluate(context.Scope);
            if (!result.IsError)
            {
                context.WriteValue(result.Value);
                return;
            }

            context.Error ??= result.Error;
        }
        else if (template.TryRender(context.Scope, out var segments, out var error))
        {
            context.WriteSegments(segments);
            return;
        }
        else
        {
            context.Error ??= error;
        }

        context.Writer.WriteNullValue();
    }
}

/// <summary>A bare expression.</summary>
internal sealed class ExpressionBody(CelExpression expression, ReadOnlyMemory<byte>? fallback = null) : BodyTemplate
{
    public override void Write(RenderContext context)
    {
        var result = expression.Evaluate(context.Scope);
        if (!result.IsError)
        {
            context.WriteValue(result.Value);
            return;
        }

        if (fallback is { } json && result.Error.Code == "no_such_field") context.Writer.WriteRawValue(json.Span);
        else
        {
            context.Error ??= result.Error;
            context.Writer.WriteNullValue();
        }
    }
}

/// <summary>Maps merged one after the other, later keys winning.</summary>
internal sealed class MergeBody(IReadOnlyList<CelExpression> parts) : BodyTemplate
{
    public override void Write(RenderContext context)
    {
        var merged = new Dictionary<string, CelValue>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            var result = part.Evaluate(context.Scope);
            if (result.IsError)
            {
                context.Error ??= result.Error;
                continue;
            }

            if (result.Value.IsNull) continue;
            if (result.Value.Kind != CelKind.Map)
            {
                context.Error ??= new CelError("no_such_overload", $"merge expects maps, found {result.Value.TypeName} in '{part.Text}'", 1, 1);
                continue;
            }

            foreach (var (key, value) in result.Value.Entries) merged[key.ToText()] = value;
        }

        context.Writer.WriteStartObject();
        foreach (var (key, value) in merged)
        {
            context.Writer.WritePropertyName(key);
            context.WriteValue(value);
        }

        context.Writer.WriteEndObject();
    }
}

internal sealed class ListBody(IReadOnlyList<BodyTemplate> items) : BodyTemplate
{
    public override void Write(RenderContext context)
    {
        context.Writer.WriteStartArray();
        foreach (var item in items) item.Write(context);
        context.Writer.WriteEndArray();
    }
}

internal sealed class MapBody(IReadOnlyList<KeyValuePair<string, BodyTemplate>> members) : BodyTemplate
{
    public override void Write(RenderContext context)
    {
        context.Writer.WriteStartObject();
        foreach (var (name, value) in members)
        {
            context.Writer.WritePropertyName(name);
            value.Write(context);
        }

        context.Writer.WriteEndObject();
    }
}
