using Microsoft.AspNetCore.Http;

namespace Sightglass.Server.Streaming;

/// <summary>What the answer says that is a stream of server-sent events.</summary>
internal static class SseHeaders
{
    public static void Set(HttpResponse response)
    {
        response.ContentType = "text/event-stream";

        // Proxies that gather an answer before they pass it on are asked not to.
        response.Headers["X-Accel-Buffering"] = "no";
    }
}
