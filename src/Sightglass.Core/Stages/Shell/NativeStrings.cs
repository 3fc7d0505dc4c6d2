using System.Runtime.InteropServices;
using System.Text;

namespace Sightglass.Core.Stages.Shell;

/// <summary>Zero-terminated UTF-8 texts and arrays of them, freed together.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly List<nint> _blocks = [];

    public byte* Add(string text)
    {
        var size = Encoding.UTF8.GetByteCount(text);
        var block = (byte*)NativeMemory.Alloc((nuint)size + 1);
        _blocks.Add((nint)block);
        Encoding.UTF8.GetBytes(text, new Span<byte>(block, size));
        block[size] = 0;
        return block;
    }

    public byte** AddAll(IReadOnlyList<string> texts)
    {
        var block = (byte**)NativeMemory.Alloc((nuint)texts.Count + 1, (nuint)sizeof(byte*));
        _blocks.Add((nint)block);
        for (var i = 0; i < texts.Count; i++)
            block[i] = Add(texts[i]);
        block[texts.Count] = null;
        return block;
    }

    public void Dispose()
    {
        foreach (var block in _blocks)
            NativeMemory.Free((void*)block);
        _blocks.Clear();
    }
}
