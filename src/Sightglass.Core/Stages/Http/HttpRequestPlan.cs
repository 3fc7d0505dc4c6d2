using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sightglass.Core.Definitions;

namespace Sightglass.Core.Stages.Http;

/// <summary>A checked request that can be sent again to where a redirect points.</summary>
internal sealed class HttpRequestPlan
{
    // What another host may see of the headers a pipeline wrote. All else may be a key, under whatever name.
    private static readonly HashSet<string> s_harmless = new(StringComparer.OrdinalIgnoreCase) { "Accept", "Accept-Language", "Accept-Charset", "User-Agent", "Content-Type", "Content-Language" };

    private readonly List<(string Name, string Value)> _headers = [];
    private byte[]? _body;

    private HttpRequestPlan(HttpMethod method, Uri url) => (Method, Url) = (method, url);

    public HttpMethod Method { get; private set; }

    public Uri Url { get; private set; }

    public static (HttpRequestPlan? Plan, StageError? Error) Create(HttpDefinition body)
    {
        if (!Uri.TryCreate(body.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
            return (null, Invalid("'url' must be an absolute http or https address."));
        if (url.UserInfo.Length > 0)
            return (null, Invalid("'url' must hold no user name or password; send them in the Authorization header."));
        HttpMethod method;
        try
        {
            method = HttpMethod.Parse(body.Method.Trim().ToUpperInvariant());
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return (null, Invalid($"'{body.Method}' is no HTTP method."));
        }

        if (method == HttpMethod.Connect)
            return (null, Invalid("The method CONNECT is not supported."));
        var plan = new HttpRequestPlan(method, url);
        foreach (var (name, value) in body.Headers)
        {
            if (Refuse(name, value) is { } problem)
                return (null, problem);
            plan._headers.Add((name, value));
        }

        plan.SetBody(body.Body);
        return (plan, null);
    }

    public HttpRequestMessage Message()
    {
        var message = new HttpRequestMessage(Method, Url) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher };
        if (_body is not null)
            message.Content = new ByteArrayContent(_body);
        foreach (var (name, value) in _headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
                (message.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    /// <summary>Turns to where a redirect points.</summary>
    public StageError? Follow(HttpStatusCode status, Uri? location)
    {
        if (location is null || !Uri.TryCreate(Url, location, out var next) || next.Scheme is not ("http" or "https"))
            return new StageError("http_redirect_refused", "The server redirects to no http or https address.");
        if (Url.Scheme == "https" && next.Scheme == "http")
            return new StageError("http_redirect_refused", "The server redirects from https to http; what is sent would be readable on the way.");
        if (next.UserInfo.Length > 0)
            next = new UriBuilder(next) { UserName = "", Password = "" }.Uri;
        if (next.Scheme != Url.Scheme || next.Port != Url.Port || !string.Equals(next.IdnHost, Url.IdnHost, StringComparison.OrdinalIgnoreCase))
            _headers.RemoveAll(header => !s_harmless.Contains(header.Name));
        var keepsMethod = status is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
            || Method == HttpMethod.Get || Method == HttpMethod.Head
            || (status is HttpStatusCode.Moved or HttpStatusCode.Found && Method != HttpMethod.Post);
        if (!keepsMethod)
        {
            (Method, _body) = (HttpMethod.Get, null);
            _headers.RemoveAll(header => header.Name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase));
        }

        Url = next;
        return null;
    }

    private static StageError Invalid(string message) => new("http_request_invalid", message);

    private static StageError? Refuse(string name, string value)
    {
        if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && !"!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)))
            return Invalid($"'{name}' is no name for a header.");
        if (value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
            return Invalid($"The value of the header '{name}' holds a line break; remove it.");
        if (name.ToUpperInvariant() is "CONTENT-LENGTH" or "TRANSFER-ENCODING" or "CONNECTION" or "UPGRADE" or "TE" or "TRAILER" or "KEEP-ALIVE")
            return Invalid($"The header '{name}' is set by the client itself; remove it.");
        return null;
    }

    private void SetBody(JsonElement? body)
    {
        if (body is not { } value || value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return;
        var isText = value.ValueKind == JsonValueKind.String;
        _body = isText ? Encoding.UTF8.GetBytes(value.GetString()!) : StageJson.Write(value).ToArray();
        if (!_headers.Exists(header => header.Name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)))
            _headers.Add(("Content-Type", isText ? "text/plain; charset=utf-8" : new MediaTypeHeaderValue("application/json").ToString()));
    }
}
