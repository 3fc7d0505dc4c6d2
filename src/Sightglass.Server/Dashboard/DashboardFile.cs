using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.StaticFiles;

namespace Sightglass.Server.Dashboard;

/// <summary>A file of the dashboard, as it is and compressed.</summary>
/// <param name="Path">Where it lies, without a slash at the beginning.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Brotli">The same compressed, where that is shorter.</param>
/// <param name="Gzip">The same compressed for those who do not know Brotli.</param>
internal sealed record DashboardFile(string Path, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte>? Brotli, ReadOnlyMemory<byte>? Gzip)
{
    private static readonly FileExtensionContentTypeProvider s_types = new();

    /// <summary>Gets the hash of the content, which the tags of all its encodings begin with.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Content.Span).AsSpan(0, 16));

    /// <summary>Gets what kind of content it is.</summary>
    public string ContentType { get; } = TypeOf(Path);

    /// <summary>Gets whether its name has a hash in it, so that another content would have another name.</summary>
    public bool IsImmutable { get; } = Path.StartsWith("_app/immutable/", StringComparison.Ordinal);

    /// <summary>Gets the hashes of the scripts that stand within a page, as its policy names them.</summary>
    public IEnumerable<string> InlineScripts()
    {
        var text = Encoding.UTF8.GetString(Content.Span);
        const string Open = "<script>";
        for (var at = text.IndexOf(Open, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Open, at, StringComparison.Ordinal))
        {
            at += Open.Length;
            var end = text.IndexOf("</script>", at, StringComparison.Ordinal);
            yield return "'sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text[at..end]))) + "'";
        }
    }

    private static string TypeOf(string path)
    {
        var type = s_types.TryGetContentType(path, out var known) ? known : "application/octet-stream";
        return type.StartsWith("text/", StringComparison.Ordinal) || type is "application/json" or "image/svg+xml" ? type + "; charset=utf-8" : type;
    }
}
