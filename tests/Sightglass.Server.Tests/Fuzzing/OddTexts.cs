using System.Globalization;
using System.Text;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>Texts that programs stumble over.</summary>
internal static class OddTexts
{
    private static readonly string[] Known =
    [
        "", " ", ".", "..", "../../etc/passwd", @"..\..\x", "/", "%", "%00", "\0", "\t", "\u001b[31m", "\u202e", "\ufeff", "\u00a0", "😀", "e\u0301", "ﬁ", "１２", "İ", "ß",
        "-1", "0", "+1", "1e9", "0x10", "1.5", "NaN", "9223372036854775807", "9223372036854775808", "99999999999999999999999", "-9223372036854775808", "2147483648",
        "null", "true", "false", "[]", "{}", "\"", "'", "\\", "<script>alert(1)</script>", "' OR 1=1 --", "\" OR \"", "a NEAR b", "*", "**", "a*", "a,b", ",", ",,,", "a[0]", "a[", "]", "$ref", "sha256:", "sha256:zz",
        "sha256:0000000000000000000000000000000000000000000000000000000000000000", "00000000-0000-0000-0000-000000000000", "01a1fa01-2b93-7a39-8c0d-df3f90ff9c1d", "01A1FA01-2B93-7A39-8C0D-DF3F90FF9C1D",
        "{01a1fa01-2b93-7a39-8c0d-df3f90ff9c1d}", "bytes=0-", "bytes=-1", "bytes=5-2", "bytes=9223372036854775807-", "bytes=0-9223372036854775807", "bytes=-9223372036854775807", "W/\"x\"", "\"x\"", "text/event-stream;q=0", "*/*;q=x",
        "2026-11-21T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59-14:00", "0001-01-01", "0001-01-01T00:00:00+14:00", "2026-02-30", "http://127.0.0.1/", "javascript:alert(1)", "file:///etc/passwd",
        "${{ secrets.X }}", "${{", "{{7*7}}", "CON", "a\u0000b", "x.yaml", "@acme", "label=", "=", "a=b=c", "=cmd|'/c calc'!A1",
    ];

    // As the parts of an address: wrong escapes, what is no UTF-8, what decodes to a separator or to nothing.
    private static readonly string[] Escapes =
    [
        "%00", "%0a", "%0d%0aX-Odd:%20yes", "%2e%2e", "%2f", "%5c", "%25", "%252e%252e", "%c0%af", "%ff", "%fe%ff", "%ed%a0%80", "%f4%90%80%80", "%e2%80%ae", "%zz", "%", "%1", "%u0041", "+", ";a=b", "~", "%7f", "%61", "%20", "a%", "@", ":", "a%00b",
    ];

    public static string Next(Random random) => random.Next(12) switch
    {
        0 => new string('x', random.Next(1, 400)),
        1 => string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => (char)random.Next(32, 0xd7ff))),
        2 => string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => (char)random.Next(1, 127))),
        3 => Known[random.Next(Known.Length)] + Known[random.Next(Known.Length)],
        _ => Known[random.Next(Known.Length)],
    };

    /// <summary>Gives one that a described text may be.</summary>
    public static string Fitting(Random random, int most)
    {
        var text = string.Concat(Next(random).Where(static c => !char.IsControl(c)));
        return text.Length == 0 ? "a" : text[..Math.Min(text.Length, Math.Min(most, 150))];
    }

    /// <summary>Gives part of an address in escapes that are right or wrong.</summary>
    public static string Escaped(Random random) => random.Next(6) switch
    {
        0 => Escapes[random.Next(Escapes.Length)] + Escapes[random.Next(Escapes.Length)],
        1 => string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => "%" + random.Next(256).ToString("x2", CultureInfo.InvariantCulture))),
        2 => new string('y', random.Next(200, 3000)),
        _ => Escapes[random.Next(Escapes.Length)],
    };

    /// <summary>Gives the value of a header; each character is one byte.</summary>
    public static string HeaderValue(Random random) => new([.. Encoding.UTF8.GetBytes(Next(random)).Select(static b => (char)b).Where(static c => c >= ' ' && c != '\u007f')]);
}
