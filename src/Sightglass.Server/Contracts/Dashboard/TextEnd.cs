using System.Text;

namespace Sightglass.Server.Contracts.Dashboard;

/// <summary>The end of a text that grows, as UTF-8.</summary>
internal sealed class TextEnd
{
    private byte[] _bytes = [];
    private int _length;

    /// <summary>Gets how many bytes are held.</summary>
    public int Held => _bytes.Length;

    /// <summary>Gets the last <see cref="ContractLimits.DashboardTextBytes"/>, from the beginning of a character on.</summary>
    public ReadOnlySpan<byte> Text
    {
        get
        {
            var start = Math.Max(0, _length - ContractLimits.DashboardTextBytes);
            while (start > 0 && start < _length && (_bytes[start] & 0xC0) == 0x80) start++;
            return _bytes.AsSpan(start, _length - start);
        }
    }

    public void Add(string piece)
    {
        var count = Encoding.UTF8.GetByteCount(piece);
        if (_length + count > _bytes.Length) MakeRoom(count);
        _length += Encoding.UTF8.GetBytes(piece, _bytes.AsSpan(_length));
    }

    // What is dropped is dropped in large steps, so that each byte is moved once or twice.
    private void MakeRoom(int count)
    {
        var kept = Math.Min(_length, ContractLimits.DashboardTextBytes);
        var size = Math.Max(Math.Min(Math.Max(_bytes.Length * 2, 512), 2 * ContractLimits.DashboardTextBytes), kept + count);
        var bytes = size == _bytes.Length ? _bytes : new byte[size];
        _bytes.AsSpan(_length - kept, kept).CopyTo(bytes);
        _bytes = bytes;
        _length = kept;
    }
}
