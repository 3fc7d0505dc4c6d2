namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>Headers that are not the document's: each text is whole lines, each character one byte.</summary>
internal static class OddHeaders
{
    private static readonly string[] Names = ["Origin", "Sec-Fetch-Site", "Cookie", "Authorization", "X-Sightglass-Csrf", "X-Forwarded-For", "Forwarded", "Upgrade", "Connection"];

    /// <summary>Gives what the gates look at.</summary>
    public static string Guarded(Random random) => $"{Names[random.Next(Names.Length)]}: {OddTexts.HeaderValue(random)}\r\n";

    /// <summary>Gives what breaks the framing of a request, or the server's limits.</summary>
    public static string Broken(Random random) => random.Next(12) switch
    {
        0 => "Content-Length: -1\r\n",
        1 => "Content-Length: 3\r\nContent-Length: 4\r\n",
        2 => "Transfer-Encoding: gzip, chunked\r\n",
        3 => "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        4 => $"X-Long: {new string('x', 40_000)}\r\n",
        5 => string.Concat(Enumerable.Range(0, 150).Select(static i => $"X-Many-{i}: y\r\n")),
        6 => "X-Nul: a\0b\r\n",
        7 => "X-Bytes: \u00ff\u00fe\u0080\r\n",
        8 => "X-Line: a\rb\r\n",
        9 => " folded\r\n",
        10 => "No colon\r\n",
        _ => "X Odd: y\r\n",
    };

    /// <summary>Gives what nobody has to look at.</summary>
    public static string Harmless(Random random) => random.Next(7) switch
    {
        0 => "Expect: 100-continue\r\n",
        1 => "If-Modified-Since: " + OddTexts.HeaderValue(random) + "\r\n",
        2 => "Accept-Encoding: gzip, br;q=9\r\n",
        3 => "Range: bytes=0-4,2-\r\n",
        4 => "X-HTTP-Method-Override: DELETE\r\n",
        5 => "traceparent: 00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-ff\r\n",
        _ => "Accept-Language: " + OddTexts.HeaderValue(random) + "\r\n",
    };
}
