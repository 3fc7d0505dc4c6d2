using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Requests;

/// <summary>HEAD where there is GET, OPTIONS everywhere, and what else an address does not take.</summary>
internal static class MethodAnswers
{
    /// <summary>Takes a WebSocket over HTTP/2, which asks by CONNECT, for the GET that it is over HTTP/1.1.</summary>
    public static Task TakeSocket(HttpContext context, RequestDelegate next)
    {
        // Looked at first, and kept: afterwards the request says of itself that it is no WebSocket.
        if (HttpMethods.IsConnect(context.Request.Method) && context.WebSockets.IsWebSocketRequest) context.Request.Method = HttpMethods.Get;
        return next(context);
    }

    /// <summary>Answers HEAD by the handler of GET. Only the connection still knows the difference: it sends no body.</summary>
    public static Task TakeHead(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsHead(context.Request.Method)) return next(context);
        context.Request.Method = HttpMethods.Get;
        context.Features.Set(HeadOnly.Instance);
        return next(context);
    }

    /// <summary>Refuses HEAD of what would stream for as long as it is listened to.</summary>
    public static Task RefuseStreams(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<HeadOnly>() is null || context.GetEndpoint()?.Metadata.GetMetadata<RouteDescription>() is not { IsStream: true }) return next(context);
        context.Response.Headers.Allow = "GET, OPTIONS";
        return NotAllowed(context.Response.Headers.Allow).WriteAsync(context);
    }

    /// <summary>Turns the bare 405 of the router into an answer: a problem, or to OPTIONS what it asks for.</summary>
    public static Task AnswerAsync(HttpContext context)
    {
        var response = context.Response;
        var allowed = response.Headers.Allow.ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList();
        if (allowed.Contains("GET")) allowed.Add("HEAD");
        allowed.Add("OPTIONS");
        response.Headers.Allow = string.Join(", ", allowed.Distinct());
        if (!HttpMethods.IsOptions(context.Request.Method)) return NotAllowed(response.Headers.Allow).WriteAsync(context);
        response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private static ApiProblem NotAllowed(StringValues allowed) => new(405, "method_not_allowed", $"This address takes {allowed} only.");

    private sealed class HeadOnly
    {
        public static HeadOnly Instance { get; } = new();
    }
}
