using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access;

namespace Sightglass.Server.Page;

/// <summary>The plain page: files inside the assembly, a fixed list of them.</summary>
internal static class PageFiles
{
    private static readonly string[] Modules =
        ["page.js", "api.js", "dom.js", "runform.js", "execution.js", "output.js", "text.js", "follow.js", "fold.js"];

    private static readonly (string Path, string File, string Type)[] Files =
    [
        ("/page", "index.html", "text/html; charset=utf-8"),
        ("/page.css", "page.css", "text/css; charset=utf-8"),
        .. Modules.Select(name => ("/" + name, name, "text/javascript; charset=utf-8")),
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (path, file, type) in Files)
        {
            var bytes = new Lazy<byte[]>(() => Load(file));
            routes.MapGet(path, context =>
            {
                context.Response.ContentType = type;
                context.Response.ContentLength = bytes.Value.Length;
                return context.Response.Body.WriteAsync(bytes.Value, context.RequestAborted).AsTask();
            }).ExcludeFromDescription().Open();
        }
    }

    private static byte[] Load(string file)
    {
        using var stream = typeof(PageFiles).Assembly.GetManifestResourceStream("page/" + file)
            ?? throw new InvalidOperationException($"The page's file {file} is not in the assembly.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
