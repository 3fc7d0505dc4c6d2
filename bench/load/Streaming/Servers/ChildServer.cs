using System.Diagnostics;
using System.Globalization;

namespace Sightglass.Load.Streaming.Servers;

/// <summary>A server in a process of its own, as the one that measures sees it.</summary>
internal sealed class ChildServer : IAsyncDisposable
{
    private readonly Process _process;

    private ChildServer(Process process, int port)
    {
        _process = process;
        Port = port;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
    }

    public int Port { get; }

    public HttpClient Http { get; }

    /// <summary>Gets this program, as another process starts it.</summary>
    public static string Program => Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "load.exe" : "load");

    /// <summary>Starts a subcommand of this program and waits until it listens.</summary>
    public static async Task<ChildServer> StartAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var process = Process.Start(start) ?? throw new InvalidOperationException("The server could not be started.");
        var port = await process.StandardOutput.ReadLineAsync();
        return port is null
            ? throw new InvalidOperationException("The server ended before it listened.")
            : new ChildServer(process, int.Parse(port, CultureInfo.InvariantCulture));
    }

    /// <summary>Asks for something without waiting for it.</summary>
    public void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Asks for a number.</summary>
    public async Task<double> AskAsync(string line)
    {
        Tell(line);
        return double.Parse((await _process.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
    }

    /// <summary>Lets it end in order.</summary>
    public async Task StopAsync()
    {
        if (_process.HasExited) return;
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await StopAsync();
        _process.Dispose();
    }
}
