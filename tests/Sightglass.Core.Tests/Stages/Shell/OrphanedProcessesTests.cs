using System.Diagnostics;
using System.Text;
using Sightglass.Core.Stages.Shell;
using Xunit;

namespace Sightglass.Core.Tests.Stages.Shell;

/// <summary>That what a dead process left running is found again, and nobody else is hit.</summary>
public sealed class OrphanedProcessesTests : IDisposable
{
    private static readonly Guid s_execution = new("0197a0c2-0000-7000-8000-000000000009");

    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _started = [];
    private readonly string _token = $"token{Environment.ProcessId}x{Environment.TickCount64}";

    public void Dispose()
    {
        foreach (var process in _started)
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
        }

        _folder.Dispose();
    }

    private string RecordFile => Path.Combine(_folder.Path, "processes");

    [Theory]
    [InlineData("echo $$ > pid; exec sleep 1000")]
    [InlineData("setsid sh -c 'echo $$ > pid; exec sleep 1000' & exec sleep 1000")]
    [InlineData("(setsid sh -c 'echo $$ > pid; exec sleep 1000' &)")]
    [InlineData("nohup sh -c 'echo $$ > pid; exec sleep 1000' >/dev/null 2>&1 &")]
    [InlineData("env -i /bin/sh -c 'echo $$ > pid; /bin/sleep 1000' & exec sleep 1000")]
    [InlineData("exec env -i /bin/sh -c 'echo $$ > pid; /bin/sleep 1000'")]
    [InlineData("env -i /bin/sh -c 'echo $$ > pid; exec /bin/sleep 1000' & sleep 1000 & exit 0")]
    [InlineData("sh -c 'echo $$ > pid; kill -STOP $$' & exec sleep 1000")]
    public async Task Processes_of_a_dead_owner_are_ended(string script)
    {
        var main = Start(script);
        Record(main);
        var pid = await PidAsync();

        var orphans = await OrphanedProcesses.EndAsync(RecordFile, TimeSpan.FromSeconds(5), TimeProvider.System);

        Assert.False(ShellHarness.IsAlive(pid));
        var attempt = Assert.Single(orphans);
        Assert.Equal((s_execution, "check", 3), (attempt.ExecutionId, attempt.Stage, attempt.Attempt));
        Assert.Contains(pid, attempt.Ended);
        Assert.Empty(attempt.Surviving);
        Assert.False(File.Exists(RecordFile));
    }

    [Fact]
    public async Task Processes_that_ignore_the_request_are_killed_when_the_grace_is_over()
    {
        var time = new ManualTime();
        var main = Start("trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done");
        Record(main);
        var pid = await PidAsync();

        var ending = OrphanedProcesses.EndAsync(RecordFile, TimeSpan.FromSeconds(1), time);
        await time.ArmedAsync(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.True(ShellHarness.IsAlive(pid));
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Contains(pid, Assert.Single(await ending).Ended);
        Assert.False(ShellHarness.IsAlive(pid));
    }

    [Fact]
    public async Task Processes_stay_known_when_the_one_that_ends_them_dies_in_the_middle_of_it()
    {
        // The one without a mark is known by the session of the first, which goes at the first request.
        Record(Start("trap 'exit' TERM; env -i /bin/sh -c 'trap \"\" TERM; echo $$ > pid; while :; do /bin/sleep 0.1; done' & while :; do sleep 0.05; done"));
        var pid = await PidAsync();
        var time = new ManualTime();
        var never = OrphanedProcesses.EndAsync(RecordFile, TimeSpan.FromSeconds(1), time);
        await time.ArmedAsync(TimeSpan.FromSeconds(1));
        await ShellHarness.UntilAsync(() => _started[0].HasExited);
        Assert.True(ShellHarness.IsAlive(pid));

        Assert.Contains(pid, Assert.Single(await OrphanedProcesses.EndAsync(RecordFile, TimeSpan.Zero, TimeProvider.System)).Ended);

        Assert.False(ShellHarness.IsAlive(pid));
        Assert.False(never.IsFaulted);
    }

    [Fact]
    public async Task Process_that_was_recorded_and_not_yet_known_is_found_by_its_mark()
    {
        Start("echo $$ > pid; exec sleep 1000");
        using var file = new ProcessFile(RecordFile);
        file.Add(new ProcessRecord(_token, 0, -1, s_execution, 3, "check"));
        var pid = await PidAsync();

        Assert.Single(await OrphanedProcesses.EndAsync(RecordFile, TimeSpan.FromSeconds(5), TimeProvider.System));

        Assert.False(ShellHarness.IsAlive(pid));
    }

    [Fact]
    public async Task Process_without_a_mark_is_found_while_the_first_of_its_session_waits_to_be_collected()
    {
        // The parent never collects: what leads the session stays as a number.
        const string lead = "echo $$ > lead; env -i /bin/sh -c 'echo $$ > pid; exec /bin/sleep 1000' & while [ ! -s pid ]; do sleep 0.01; done";
        var start = new ProcessStartInfo("/bin/sh", ["-c", "setsid /bin/sh -c \"$LEAD\" & exec sleep 1000"]) { WorkingDirectory = _folder.Path };
        start.Environment["LEAD"] = lead;
        _started.Add(Process.Start(start)!);
        var pid = await PidAsync();
        var leader = int.Parse(File.ReadAllText(Path.Combine(_folder.Path, "lead")), System.Globalization.CultureInfo.InvariantCulture);
        await ShellHarness.UntilAsync(() => ProcTable.ReadOne(leader) is { IsDead: true });
        using var file = new ProcessFile(RecordFile);
        file.Add(new ProcessRecord(_token, leader, ProcTable.ReadOne(leader)!.Value.Start, s_execution, 3, "check"));

        Assert.Contains(pid, Assert.Single(await OrphanedProcesses.EndAsync(RecordFile, TimeSpan.FromSeconds(5), TimeProvider.System)).Ended);

        Assert.False(ShellHarness.IsAlive(pid));
    }

    [Theory]
    [InlineData("echo $$ > pid; exec sleep 1000", false)]
    [InlineData("exec env -i /bin/sh -c 'echo $$ > pid; exec env -i /bin/sleep 1000'", true)]
    public async Task A_process_that_got_its_environment_since_it_was_looked_for_is_not_taken_for_one_that_has_none(string script, bool isEmpty)
    {
        Start(script);
        var entry = ProcTable.ReadOne(await PidAsync())!.Value;
        await ShellHarness.UntilAsync(() => File.ReadAllText($"/proc/{entry.Pid}/comm") == "sleep\n" && (isEmpty ? ProcTable.HasEmptyEnvironment(entry) : File.ReadAllBytes($"/proc/{entry.Pid}/environ").Length > 0));

        Assert.Equal(isEmpty, ProcTable.HasEmptyEnvironment(entry));
    }

    [Theory]
    [InlineData("env -i /bin/sh -c 'echo $$ > pid; exec /bin/sleep 1000' &", false)]
    [InlineData("env -i /bin/sh -c 'echo $$ > pid; exec /bin/sleep 1000' &", true)]
    [InlineData("(env -i /usr/bin/setsid /bin/sh -c 'echo $$ > pid; exec /bin/sleep 1000' 2>/dev/null &)", true)]
    [InlineData("env -i /bin/sh -c 'sleep 1000 & exec >/dev/null 2>&1; echo $$ > pid; exec /bin/sleep 1000' &", true)]
    public async Task Process_without_a_mark_is_found_by_its_pipes_when_the_first_of_its_session_is_gone(string script, bool diesBeforeItKnows)
    {
        // The owner is killed between the start of the process and the note of its number, or later.
        using var file = new ProcessFile(RecordFile);
        AttemptRecord? record = null;
        var (child, _) = ChildProcess.Start(
            new ShellCommand
            {
                Program = "/bin/sh",
                Arguments = ["-c", script],
                Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", [ShellCommand.TokenVariable] = _token },
                Folder = _folder.Path,
                Token = _token,
                BeforeStart = (output, error) => record = new AttemptRecord(file, new ProcessRecord(_token, 0, -1, s_execution, 3, "check", output, error)),
            },
            isPortable: false);
        using (child)
        {
            if (!diesBeforeItKnows) record!.Started(child!.Id, ((LinuxProcessTree)child.Tree).StartTicks);
            await child!.Exited;
            var pid = await PidAsync();

            // Read here: another test that looked at the machine's processes may have seen the mark before it went, and keeps it.
            await ShellHarness.UntilAsync(() => ProcTable.ReadOne(pid) is { } entry && Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/environ")) is var environment
                && (environment == "" ? ProcTable.HasEmptyEnvironment(entry) : !environment.Contains(_token, StringComparison.Ordinal)));
            Assert.Null(ProcTable.ReadOne(child.Id));

            Assert.Contains(pid, Assert.Single(await OrphanedProcesses.EndAsync(RecordFile, TimeSpan.FromSeconds(5), TimeProvider.System)).Ended);

            Assert.False(ShellHarness.IsAlive(pid));
        }
    }

    [Fact]
    public void Record_of_an_earlier_version_is_read_as_one_without_pipes()
    {
        var slot = new byte[ProcessRecord.Size];
        ProcessRecord.Clear(slot);
        Encoding.UTF8.GetBytes($"{_token} 12 34 {s_execution} 3 check", slot);

        Assert.Equal(new ProcessRecord(_token, 12, 34, s_execution, 3, "check"), ProcessRecord.Read(slot));
        var full = new ProcessRecord(new string('a', 32), int.MaxValue, long.MaxValue, s_execution, int.MaxValue, new string('k', 107), uint.MaxValue, uint.MaxValue);
        full.Write(slot);
        Assert.Equal(full, ProcessRecord.Read(slot));
    }

    [Fact]
    public async Task Stranger_with_the_same_number_is_left_alone()
    {
        var main = Start("echo $$ > pid; exec sleep 1000");
        var pid = await PidAsync();
        using var file = new ProcessFile(RecordFile);
        file.Add(new ProcessRecord("another-mark", pid, ProcTable.ReadOne(pid)!.Value.Start - 1, s_execution, 3, "check"));

        Assert.Empty(await OrphanedProcesses.EndAsync(RecordFile, TimeSpan.FromSeconds(5), TimeProvider.System));

        Assert.True(ShellHarness.IsAlive(pid));
        Assert.False(main.HasExited);
    }

    [Fact]
    public async Task Records_of_another_boot_of_the_machine_hit_nobody()
    {
        var main = Start("echo $$ > pid; exec sleep 1000");
        Record(main);
        var pid = await PidAsync();
        var text = File.ReadAllText(RecordFile);
        var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        Assert.Contains(boot, text, StringComparison.Ordinal);
        File.WriteAllText(RecordFile, text.Replace(boot, "00000000-0000-4000-8000-000000000000", StringComparison.Ordinal));

        Assert.Empty(await OrphanedProcesses.EndAsync(RecordFile, TimeSpan.FromSeconds(5), TimeProvider.System));

        Assert.True(ShellHarness.IsAlive(pid));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no record file at all")]
    public async Task File_that_is_none_of_ours_is_taken_for_empty(string content)
    {
        File.WriteAllText(RecordFile, content);

        Assert.Empty(await OrphanedProcesses.EndAsync(RecordFile, TimeSpan.FromSeconds(5), TimeProvider.System));
    }

    [Fact]
    public async Task Stage_is_recorded_while_it_runs_and_not_afterwards()
    {
        using var stage = new ShellStage(new ShellStageOptions { RecordFile = RecordFile });
        using var stop = new CancellationTokenSource();
        var running = stage.RunAsync(SomeRun.Of(ShellHarness.Script("echo $$ > pid; exec sleep 1000"), folder: _folder.Path), stop.Token);
        var pid = await PidAsync();

        var record = Assert.Single(ProcessFile.Read(RecordFile));
        Assert.Equal((pid, "check", 2), (record.Pid, record.Stage, record.Attempt));
        Assert.Equal(ProcTable.ReadOne(pid)!.Value.Start, record.Start);
        await stop.CancelAsync();
        await running;

        Assert.Empty(ProcessFile.Read(RecordFile));
        stage.Dispose();
        Assert.False(File.Exists(RecordFile));
    }

    [Fact]
    public async Task Leftovers_are_recorded_one_by_one_before_they_are_told_to_end()
    {
        using var stage = new ShellStage(new ShellStageOptions { RecordFile = RecordFile });
        var time = new ManualTime();
        var running = stage.RunAsync(
            SomeRun.Of(ShellHarness.Script("env -i /bin/sh -c 'trap \"\" TERM; echo $$ > pid; while :; do /bin/sleep 0.1; done' & while [ ! -s pid ]; do sleep 0.01; done"), folder: _folder.Path, time: time),
            TestContext.Current.CancellationToken);
        var pid = await PidAsync();
        await time.ArmedAsync(TimeSpan.FromSeconds(1));

        Assert.Contains(ProcessFile.Read(RecordFile), r => r.Pid == pid && r.Stage == "check");
        time.Advance(TimeSpan.FromSeconds(1));
        await running;

        Assert.Empty(ProcessFile.Read(RecordFile));
        Assert.False(ShellHarness.IsAlive(pid));
    }

    [Fact]
    public async Task Stage_fails_with_the_reason_when_it_cannot_be_recorded()
    {
        using var stage = new ShellStage(new ShellStageOptions { RecordFile = Path.Combine(_folder.Path, "no", "such", "folder") });

        var result = await stage.RunAsync(SomeRun.Of(ShellHarness.Script("true")), TestContext.Current.CancellationToken);

        Assert.Equal("start_failed", result.Error?.Code);
        Assert.Contains("could not be recorded", result.Error!.Message, StringComparison.Ordinal);
    }

    private Process Start(string script)
    {
        // As the stage starts it: a session of its own, and the mark.
        var start = new ProcessStartInfo("/usr/bin/setsid", ["/bin/sh", "-c", script]) { WorkingDirectory = _folder.Path };
        start.Environment[ShellCommand.TokenVariable] = _token;
        var process = Process.Start(start)!;
        _started.Add(process);
        return process;
    }

    private void Record(Process main)
    {
        // Never closed, as by a process that was killed.
        new ProcessFile(RecordFile).Add(new ProcessRecord(_token, main.Id, ProcTable.ReadOne(main.Id)?.Start ?? -1, s_execution, 3, "check"));
    }

    private async Task<int> PidAsync() => ShellHarness.Pid(await ShellHarness.FileAsync(Path.Combine(_folder.Path, "pid")));
}
