using System.Text;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>One request, as it is sent.</summary>
/// <param name="Operation">The operation of the document that it was made of, such as <c>GET /api/executions/{id}</c>.</param>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path.</param>
/// <param name="Bytes">All of it.</param>
/// <param name="MayBreak">Whether the connection need not survive it, nor answer it: its framing is broken, or its body is one that nobody wants.</param>
internal sealed record FuzzRequest(string Operation, string Method, string Path, byte[] Bytes, bool MayBreak)
{
    private const int MostShown = 4000;

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var b in Bytes.AsSpan(0, Math.Min(Bytes.Length, MostShown)))
        {
            if (b == '\n') text.Append("\\n\n");
            else if (b is >= 0x20 and < 0x7f) text.Append((char)b);
            else text.Append($"\\x{b:x2}");
        }

        return Bytes.Length <= MostShown ? text.ToString() : $"{text}… ({Bytes.Length:N0} bytes)";
    }
}
