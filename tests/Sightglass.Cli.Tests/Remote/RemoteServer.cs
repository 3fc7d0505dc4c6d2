using System.Globalization;
using System.Text.RegularExpressions;
using Sightglass.Cli.Tests.Processes;

namespace Sightglass.Cli.Tests.Remote;

/// <summary>A server that asks for a login, as a process of its own, and a folder elsewhere from which commands reach it.</summary>
internal sealed partial class RemoteServer : IAsyncDisposable
{
    private readonly TemporaryFolder _elsewhere = new();
    private CliProcess? _process;
    private int _port;

    public TemporaryFolder Folder { get; } = new();

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}");

    /// <summary>Gets the folder in which commands against the server are started: without a data folder or pipelines.</summary>
    public TemporaryFolder Elsewhere => _elsewhere;

    /// <summary>Starts one with an account and the tokens of three roles.</summary>
    public static async Task<RemoteServer> StartAsync(params (string Name, string Content)[] pipelines)
    {
        var server = new RemoteServer();
        foreach (var (name, content) in pipelines) server.Folder.Write("pipelines/" + name, content);
        (await CliProcess.RunWithInputAsync(server.Folder.Path, "correct horse battery\n", "users", "add", "ada", "--role", "admin")).Exits(0);
        await server.StartAsync();
        foreach (var role in (string[])["viewer", "operator", "admin"])
        {
            var token = (await CliProcess.RunAsync(server.Folder.Path, "tokens", "create", role, "--role", role)).Exits(0).Output.Trim();
            server._elsewhere.Write(role, token + "\n");
        }

        return server;
    }

    /// <summary>Starts it, again under the same address.</summary>
    public async Task StartAsync()
    {
        _process = CliProcess.Start(Folder.Path, "serve", "--urls", Url);
        var output = await _process.WaitForAsync("Ctrl-C stops");
        _port = int.Parse(Port().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Ends it as a crash does.</summary>
    public async Task KillAsync()
    {
        _process!.Signal(9);
        await _process.EndAsync();
    }

    /// <summary>Ends it as a person does.</summary>
    public async Task StopAsync()
    {
        _process!.Signal(CliProcess.SigTerm);
        (await _process.EndAsync()).Exits(0);
    }

    /// <summary>Starts a command against it.</summary>
    /// <param name="role">Whose token is shown.</param>
    /// <param name="args">The command.</param>
    public CliProcess Command(string role, params string[] args) => CliProcess.Start(_elsewhere.Path, [.. args, "--server", Url, "--token-file", role]);

    /// <summary>Runs a command against it to the end.</summary>
    public async Task<CliResult> RunAsync(string role, params string[] args)
    {
        await using var process = Command(role, args);
        return await process.EndAsync();
    }

    /// <summary>Starts a pipeline and gives the execution's id.</summary>
    public async Task<string> StartRunAsync(string pipeline) => (await RunAsync("operator", "run", pipeline, "--detach")).Exits(0).Output.Trim();

    /// <summary>Gives the log of an execution as the server's own folder has it.</summary>
    public async Task<string> LogAsync(string id) => (await CliProcess.RunAsync(Folder.Path, "events", id)).Exits(0).Output;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        Folder.Dispose();
        _elsewhere.Dispose();
    }

    [GeneratedRegex(@"http://[\d.]+:(\d+)")]
    private static partial Regex Port();
}
