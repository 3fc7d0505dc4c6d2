using System.Buffers;
using System.Text;

namespace Sightglass.Core.Stages.Code;

/// <summary>Writes text to a stage's output. Awaiting a write is the back-pressure: it completes when there is room.</summary>
public sealed class CodeWriter
{
    private readonly StageOutput _output;
    private readonly OutputStream _stream;
    private readonly CancellationToken _cancellationToken;

    internal CodeWriter(StageOutput output, OutputStream stream, CancellationToken cancellationToken) =>
        (_output, _stream, _cancellationToken) = (output, stream, cancellationToken);

    /// <summary>Writes text.</summary>
    public ValueTask WriteAsync(string text) => WriteAsync(text.AsMemory());

    /// <summary>Writes text.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<char> text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var count = Encoding.UTF8.GetBytes(text.Span, bytes);
            await _output.WriteAsync(bytes.AsMemory(0, count), _stream, _cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Writes a line.</summary>
    public ValueTask WriteLineAsync(string text = "") => WriteAsync(text + "\n");

    /// <summary>Writes UTF-8 bytes.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => _output.WriteAsync(bytes, _stream, _cancellationToken);
}
