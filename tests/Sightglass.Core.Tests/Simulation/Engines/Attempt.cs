using System.Buffers;
using System.Text;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>What is known of one run of a stage without a look at the log.</summary>
internal sealed class Attempt(Guid execution, string stage, int number, bool isUndo)
{
    private ArrayBufferWriter<byte>? _output;
    private ArrayBufferWriter<byte>? _error;

    public Guid Execution => execution;

    public string Stage => stage;

    public int Number => number;

    public bool IsUndo => isUndo;

    /// <summary>Gets or sets whether it has given its result.</summary>
    public bool HasReturned { get; set; }

    /// <summary>Gets or sets whether it will never give one.</summary>
    public bool Hangs { get; set; }

    /// <summary>Gets how many bytes it wrote.</summary>
    public int Written => (_output?.WrittenCount ?? 0) + (_error?.WrittenCount ?? 0);

    public string Output => Text(_output);

    public string Error => Text(_error);

    public void Wrote(OutputStream stream, ReadOnlySpan<byte> bytes)
    {
        ref var to = ref _output;
        if (stream == OutputStream.Error) to = ref _error;
        to ??= new ArrayBufferWriter<byte>();
        to.Write(bytes);
    }

    public override string ToString() => $"{(isUndo ? "undo of " : "")}{stage} #{number}";

    private static string Text(ArrayBufferWriter<byte>? bytes) => bytes is null ? "" : Encoding.UTF8.GetString(bytes.WrittenSpan);
}
