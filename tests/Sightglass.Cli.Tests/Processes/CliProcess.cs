using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Sightglass.Cli.Tests.Processes;

/// <summary>The program under test as a process of its own.</summary>
internal sealed partial class CliProcess : IAsyncDisposable
{
    public const int SigInt = 2;
    public const int SigTerm = 15;

    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Task _readOutput;
    private readonly Task _readError;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CliProcess(Process process, TimeSpan limit)
    {
        _process = process;
        Limit = limit;
        _readOutput = ReadAsync(process.StandardOutput, _output);
        _readError = ReadAsync(process.StandardError, _error);
    }

    public static string Program => Path.Combine(AppContext.BaseDirectory, "sightglass.dll");

    /// <summary>Gets how long it may keep a test waiting.</summary>
    private TimeSpan Limit { get; }

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_gate) return _output.ToString();
        }
    }

    public string Error
    {
        get
        {
            lock (_gate) return _error.ToString();
        }
    }

    public static CliProcess Start(string folder, params string[] args) => Start(folder, null, args);

    public static CliProcess Start(string folder, string? input, string[] args) =>
        StartProgram("dotnet", folder, input, DefaultLimit, [Program, .. args]);

    /// <summary>Starts it with variables of its own.</summary>
    public static CliProcess StartWith(IReadOnlyDictionary<string, string> environment, string folder, params string[] args) =>
        StartProgram("dotnet", folder, null, DefaultLimit, environment, [Program, .. args]);

    /// <summary>Starts any program, such as one that the product works with.</summary>
    public static CliProcess StartProgram(string program, string folder, string? input, TimeSpan limit, params string[] args) =>
        StartProgram(program, folder, input, limit, new Dictionary<string, string>(), args);

    private static CliProcess StartProgram(string program, string folder, string? input, TimeSpan limit, IReadOnlyDictionary<string, string> environment, string[] args)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in (string[])["SIGHTGLASS_DATA", "SIGHTGLASS_SERVER", "SIGHTGLASS_TOKEN"]) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        foreach (var arg in args) start.ArgumentList.Add(arg);
        var process = Process.Start(start)!;
        if (input is not null) process.StandardInput.Write(input);
        process.StandardInput.Close();
        return new CliProcess(process, limit);
    }

    /// <summary>Runs to the end.</summary>
    public static Task<CliResult> RunAsync(string folder, params string[] args) => RunWithInputAsync(folder, null, args);

    public static async Task<CliResult> RunWithInputAsync(string folder, string? input, params string[] args)
    {
        await using var process = Start(folder, input, args);
        return await process.EndAsync();
    }

    public async Task<CliResult> EndAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"It did not end.\n--- output\n{Output}\n--- error\n{Error}");
        }

        await Task.WhenAll(_readOutput, _readError).WaitAsync(limit.Token);
        return new CliResult(_process.ExitCode, Output, Error);
    }

    /// <summary>Waits until a text stands in the output.</summary>
    public Task<string> WaitForAsync(string text) => WaitForAsync(text, () => Output, _readOutput);

    /// <summary>Waits until a text stands in what it says beside its output.</summary>
    public Task<string> WaitForErrorAsync(string text) => WaitForAsync(text, () => Error, _readError);

    private async Task<string> WaitForAsync(string text, Func<string> said, Task reading)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            Task changed;
            lock (_gate) changed = _changed.Task;
            if (said().Contains(text, StringComparison.Ordinal)) return said();
            Assert.False(reading.IsCompleted && !said().Contains(text, StringComparison.Ordinal), $"It ended without '{text}'.\n--- output\n{Output}\n--- error\n{Error}");
            try
            {
                await Task.WhenAny(changed, reading).WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"'{text}' did not come.\n--- output\n{Output}\n--- error\n{Error}");
            }
        }
    }

    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader, StringBuilder target)
    {
        var buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
        {
            TaskCompletionSource wake;
            lock (_gate)
            {
                target.Append(buffer, 0, read);
                wake = _changed;
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            wake.SetResult();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}

/// <summary>How a process ended.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Asserts the exit code; a wrong one shows what the program said.</summary>
    public CliResult Exits(int code)
    {
        Assert.True(ExitCode == code, $"Exit code {ExitCode}, expected {code}.\n--- output\n{Output}\n--- error\n{Error}");
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        return this;
    }
}
