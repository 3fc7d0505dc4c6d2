namespace Sightglass.Core.Expressions.Patterns;

/// <summary>A set of ASCII characters.</summary>
/// <param name="Low">A bit for each character below 64.</param>
/// <param name="High">A bit for each character from 64 on.</param>
internal readonly record struct AsciiSet(ulong Low, ulong High)
{
    // Letters stand at the same places in both halves of the upper half, 32 bits apart.
    private const ulong UpperCase = 0x07FFFFFEUL;

    public static AsciiSet operator |(AsciiSet a, AsciiSet b) => new(a.Low | b.Low, a.High | b.High);

    public static AsciiSet operator ~(AsciiSet a) => new(~a.Low, ~a.High);

    internal bool Contains(int c) => (((c < 64 ? Low : High) >> (c & 63)) & 1) != 0;

    internal AsciiSet With(int c) => c < 64 ? this with { Low = Low | (1UL << c) } : this with { High = High | (1UL << (c - 64)) };

    internal AsciiSet InBothCases() => this with { High = High | ((High & UpperCase) << 32) | ((High >> 32) & UpperCase) };
}
