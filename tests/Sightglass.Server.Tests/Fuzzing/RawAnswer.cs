using System.Text;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>An answer as it came over the connection.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">The headers; of one that came several times the last.</param>
/// <param name="Body">The body, or its beginning where it is very long or a stream that was left.</param>
/// <param name="IsWhole">Whether that is all of it.</param>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body, bool IsWhole)
{
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>Gets the media type without its parameters.</summary>
    public string? Type => Headers.TryGetValue("content-type", out var type) ? type.Split(';')[0].Trim() : null;

    /// <summary>Gets whether the connection is of no more use.</summary>
    public bool IsLast => !IsWhole || (Headers.TryGetValue("connection", out var connection) && connection.Equals("close", StringComparison.OrdinalIgnoreCase));
}
