namespace Sightglass.Server;

/// <summary>The template of the address under which traces are looked at.</summary>
internal static class TraceAddress
{
    private const string Id = "{traceId}";

    /// <exception cref="ArgumentException">It is no address, or one of every trace.</exception>
    public static void Check(string template)
    {
        if (template.Length > ServerLimits.MaxTraceUrl) throw new ArgumentException($"The address of traces may have {ServerLimits.MaxTraceUrl} characters.");
        if (!template.Contains(Id, StringComparison.Ordinal))
            throw new ArgumentException($"'{template}' names no trace: put {Id} where its id belongs, such as https://traces.example.org/trace/{Id}.");

        // The ids are of hexadecimal digits and fit anywhere.
        var filled = template.Replace(Id, "0", StringComparison.Ordinal).Replace("{spanId}", "0", StringComparison.Ordinal);
        if (!Uri.TryCreate(filled, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || filled.AsSpan().IndexOfAny("{}\\ ") >= 0)
            throw new ArgumentException($"'{template}' is no address of traces: give an http or https address without a user, with {Id} and maybe {{spanId}}, such as https://traces.example.org/trace/{Id}.");
    }
}
