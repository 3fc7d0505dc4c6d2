using System.Text.Encodings.Web;
using System.Text.Json;
using Sightglass.Core.Expressions;

namespace Sightglass.Core.Executions.Plans;

/// <summary>Where a text with secrets stands in a rendered body.</summary>
/// <param name="Start">First byte of the JSON string, its quote.</param>
/// <param name="Length">Bytes of the JSON string, quotes included.</param>
/// <param name="Segments">The text's parts.</param>
internal readonly record struct SecretRange(int Start, int Length, IReadOnlyList<TemplateSegment> Segments);

/// <summary>A stage's body with its expressions resolved. The JSON names secrets and does not hold them: it is what the
/// log shows. Only a worker asks for the plain form. References are kept beside the text, never parsed out of it, so
/// that a text which merely looks like one resolves to nothing.</summary>
internal sealed class RenderedInput(ReadOnlyMemory<byte> json, IReadOnlyList<SecretRange> secrets)
{
    private Payload? recorded;

    /// <summary>Gets the JSON that may be recorded.</summary>
    public ReadOnlyMemory<byte> Json => json;

    /// <summary>Gets the same as a value of an event.</summary>
    public Payload Recorded => recorded ??= Payload.FromJson(json);

    /// <summary>Gets the names of the secrets it needs.</summary>
    public IEnumerable<string> SecretNames => secrets.SelectMany(s => s.Segments).Where(s => s.Secret is not null).Select(s => s.Secret!).Distinct(StringComparer.Ordinal);

    /// <summary>Gives the reference as an author writes it.</summary>
    public static string Reference(string secret) =>
        secret.StartsWith("inputs.", StringComparison.Ordinal) ? "${{ " + secret + " }}" : "${{ secrets." + secret + " }}";

    /// <summary>Gives the JSON with the secrets in plain.</summary>
    /// <param name="secret">Gives a secret's value by its name.</param>
    public ReadOnlyMemory<byte> Reveal(Func<string, string> secret)
    {
        if (secrets.Count == 0) return json;
        var output = new MemoryStream(json.Length + 256);
        var from = 0;
        foreach (var range in secrets)
        {
            output.Write(json.Span[from..range.Start]);
            var text = string.Concat(range.Segments.Select(s => s.Secret is null ? s.Text : secret(s.Secret)));
            output.WriteByte((byte)'"');
            output.Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
            output.WriteByte((byte)'"');
            from = range.Start + range.Length;
        }

        output.Write(json.Span[from..]);
        return output.ToArray();
    }
}
