using System.Collections;
using System.Text.Json;
using Sightglass.Core.Definitions;

namespace Sightglass.Core.Stages.Shell;

/// <summary>Runs a child process: a <c>run:</c> script by the system's shell, or <c>exec: [program, args]</c> without one.</summary>
public sealed class ShellStage : IStageType, IDisposable
{
    private readonly ShellStageOptions _options;
    private readonly IDictionary _host;
    private readonly ProcessFile? _records;

    /// <summary>Makes the type.</summary>
    /// <param name="options">Settings; the defaults where there are none.</param>
    public ShellStage(ShellStageOptions? options = null)
        : this(options, Environment.GetEnvironmentVariables())
    {
    }

    internal ShellStage(ShellStageOptions? options, IDictionary hostEnvironment)
    {
        (_options, _host) = ((options ?? new()).Checked(), hostEnvironment);
        if (_options.RecordFile is { } file && OperatingSystem.IsLinux())
            _records = new ProcessFile(file);
    }

    /// <inheritdoc/>
    public string Name => "shell";

    /// <inheritdoc/>
    public async Task<StageResult> RunAsync(StageRun run, CancellationToken cancellationToken)
    {
        var body = run.Input.Deserialize(DefinitionJson.Context.ShellDefinition) ?? new ShellDefinition();
        var (command, problem) = Command(run, body);
        if (problem is not null)
            return new StageResult { Outcome = StageOutcome.Failed, Error = problem };

        AttemptRecord? record = null;
        if (_records is not null)
        {
            command = command! with
            {
                BeforeStart = (output, error) =>
                    record = new AttemptRecord(_records, new ProcessRecord(command.Token, 0, -1, run.ExecutionId, run.Attempt, run.Stage, output, error)),
            };
        }

        var started = run.Time.GetTimestamp();
        ChildProcess? child;
        StageError? error;
        try
        {
            (child, error) = ChildProcess.Start(command!, _options.IsPortable);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new StageResult { Outcome = StageOutcome.Failed, Error = new StageError("start_failed", $"The process could not be recorded in '{_options.RecordFile}': {e.Message}") };
        }

        if (child is null)
        {
            record?.Remove();
            return new StageResult { Outcome = StageOutcome.Failed, Error = error };
        }

        using (child)
        {
            if (record is not null && child.Tree is LinuxProcessTree tree)
            {
                record.Started(child.Id, tree.StartTicks);
                tree.BeforeSignal = record.Add;
            }

            var session = new ShellSession(run, child, _options, isJson: run.Definition.Output?.Format == "json");
            try
            {
                var end = await session.RunAsync(cancellationToken);
                return ShellResult.Make(run, end, run.Time.GetElapsedTime(started), _options);
            }
            finally
            {
                if (!session.HasSurvivors)
                    record?.Remove();
            }
        }
    }

    /// <summary>Closes the record file.</summary>
    public void Dispose() => _records?.Dispose();

    private (ShellCommand? Command, StageError? Error) Command(StageRun run, ShellDefinition body)
    {
        if (string.IsNullOrEmpty(body.Run) == (body.Exec.Count == 0))
            return (null, new StageError("start_failed", "The stage needs either 'run' (a script) or 'exec' (a program and its arguments)."));
        var token = Guid.CreateVersion7(run.Time.GetUtcNow()).ToString("N");
        var (environment, problem) = ShellEnvironment.Build(run, body, _host, _options.PassEnvironment, token);
        if (problem is not null)
            return (null, problem);
        string[] line = body.Exec.Count > 0 ? [.. body.Exec, .. body.Args]
            : OperatingSystem.IsWindows() ? [environment.GetValueOrDefault("ComSpec", "cmd.exe"), "/d", "/s", "/c", body.Run!, .. body.Args]
            : ["/bin/sh", "-c", body.Run!, "sh", .. body.Args];
        if (line.Any(part => part.Contains('\0')))
            return (null, new StageError("start_failed", "An argument holds a zero character; remove it or pass the text by 'stdin'."));
        return (new ShellCommand
        {
            Program = line[0],
            Arguments = line[1..],
            Environment = environment,
            Folder = Path.GetFullPath(body.Workdir ?? ".", Path.GetFullPath(run.BaseFolder)),
            Input = body.Stdin,
            Token = token,
        }, null);
    }
}
