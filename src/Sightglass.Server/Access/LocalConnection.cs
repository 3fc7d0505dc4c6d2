using Microsoft.AspNetCore.Http;

namespace Sightglass.Server.Access;

/// <summary>Marks connections over the Unix socket: whoever could open it is the owner of the process.</summary>
internal sealed class LocalConnection
{
    public static LocalConnection Instance { get; } = new();

    public static bool Is(HttpContext context) => context.Features.Get<LocalConnection>() is not null;
}
