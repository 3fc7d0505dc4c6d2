using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Server.Tests;

/// <summary>A headless Chromium, driven over its DevTools protocol.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";

    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly List<string> _errors = [];
    private string? _session;
    private int _lastId;

    private Browser(Process process, string profile)
    {
        _process = process;
        _profile = profile;
    }

    /// <summary>Gets what the page's scripts threw and what its policy refused.</summary>
    public IReadOnlyList<string> Errors => _errors;

    public static async Task<Browser> StartAsync(params string[] further)
    {
        Assert.True(File.Exists(Program), $"The page is tested in a real browser: install Debian's package chromium ({Program} is missing).");
        var profile = Directory.CreateTempSubdirectory("sg-chromium-").FullName;
        var start = new ProcessStartInfo(Program) { RedirectStandardError = true };
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--remote-debugging-port=0", "--user-data-dir=" + profile, .. further, "about:blank",
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var browser = new Browser(Process.Start(start)!, profile);
        await browser.ConnectAsync();
        return browser;
    }

    /// <summary>Sets the size of the window and the colours that the system prefers.</summary>
    public async Task EmulateAsync(int width, int height, bool dark)
    {
        await SendAsync("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });
        await SendAsync("Emulation.setEmulatedMedia", new JsonObject { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = dark ? "dark" : "light" }) });
    }

    public Task OpenAsync(Uri address) => SendAsync("Page.navigate", new JsonObject { ["url"] = address.ToString() });

    public Task ReloadAsync() => SendAsync("Page.reload", []);

    /// <summary>Gives the value of an expression.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        Assert.False(answer.TryGetProperty("exceptionDetails", out var thrown), $"{expression}: {thrown}");
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    public async Task<string> TextAsync(string selector) =>
        (await EvaluateAsync($"document.querySelector({JsonSerializer.Serialize(selector)})?.textContent ?? ''")).GetString()!;

    /// <summary>Waits until an expression is true, asking on every change of the page.</summary>
    public async Task WaitForAsync(string condition)
    {
        // The page itself waits, so that nothing is asked over and over from here. While it loads, the promise is lost.
        var limit = Stopwatch.StartNew();
        while (limit.Elapsed < ServerHarness.Limit)
        {
            var answer = await SendAsync("Runtime.evaluate", new JsonObject
            {
                ["expression"] = $$"""
                    new Promise((done) => {
                      const check = () => { let holds = false; try { holds = Boolean({{condition}}); } catch {} if (holds) { stop(); done(true); } };
                      const timer = setInterval(check, 100);
                      const end = setTimeout(() => { stop(); done(false); }, 20000);
                      const stop = () => { clearInterval(timer); clearTimeout(end); };
                      check();
                    })
                    """,
                ["returnByValue"] = true,
                ["awaitPromise"] = true,
            });
            if (answer.TryGetProperty("result", out var result) && result.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.True) return;
        }

        Assert.Fail($"The page never came to: {condition}\n{(await EvaluateAsync("document.body.innerText")).GetString()}\n{string.Join('\n', _errors)}");
    }

    public async Task ScreenshotAsync(string name)
    {
        var answer = await SendAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png" });
        var folder = Path.Combine(RepositoryFiles.Root, "artifacts", "screenshots");
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, name + ".png"), answer.GetProperty("data").GetBytesFromBase64());
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // A process of the browser that is still ending writes one more file; the system clears its temporary folder.
        }
    }

    private async Task ConnectAsync()
    {
        using var limit = new CancellationTokenSource(ServerHarness.Limit);
        const string Marker = "DevTools listening on ";
        string? address = null;
        while (address is null && await _process.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith(Marker, StringComparison.Ordinal)) address = line[Marker.Length..];
        }

        Assert.True(address is not null, "Chromium ended before it listened.");
        _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        await _socket.ConnectAsync(new Uri(address), limit.Token);
        var targets = await SendAsync("Target.getTargets", []);
        var page = targets.GetProperty("targetInfos").EnumerateArray().First(t => t.GetProperty("type").GetString() == "page");
        var attached = await SendAsync("Target.attachToTarget", new JsonObject { ["targetId"] = page.GetProperty("targetId").GetString(), ["flatten"] = true });
        _session = attached.GetProperty("sessionId").GetString();
        await SendAsync("Page.enable", []);
        await SendAsync("Runtime.enable", []);
        await SendAsync("Log.enable", []);
    }

    private async Task<JsonElement> SendAsync(string method, JsonObject parameters)
    {
        using var limit = new CancellationTokenSource(ServerHarness.Limit);
        var id = ++_lastId;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session is not null) message["sessionId"] = _session;
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, limit.Token);
        while (true)
        {
            var answer = await ReceiveAsync(limit.Token);
            if (answer.TryGetProperty("id", out var answered) && answered.GetInt32() == id) return answer.TryGetProperty("result", out var result) ? result : answer;
            Note(answer);
        }
    }

    private void Note(JsonElement message)
    {
        var method = message.TryGetProperty("method", out var m) ? m.GetString() : null;
        if (method == "Runtime.exceptionThrown") _errors.Add(message.GetProperty("params").GetProperty("exceptionDetails").ToString());
        else if (method == "Log.entryAdded" && message.GetProperty("params").GetProperty("entry") is var entry && entry.GetProperty("level").GetString() == "error") _errors.Add(entry.GetProperty("text").ToString());
    }

    private async Task<JsonElement> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer, cancellationToken);
            text.Write(buffer, 0, part.Count);
            if (part.EndOfMessage) return JsonElement.Parse(text.ToArray());
        }
    }
}
