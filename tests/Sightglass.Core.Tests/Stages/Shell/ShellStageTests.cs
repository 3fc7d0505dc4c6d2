using System.Diagnostics;
using System.Security.Cryptography;
using Sightglass.Core.Stages;
using Sightglass.Core.Stages.Shell;
using Xunit;

namespace Sightglass.Core.Tests.Stages.Shell;

public sealed class ShellStageTests
{
    [Fact]
    public async Task Script_completes_with_its_output_when_it_exits_with_0()
    {
        var output = new RecordedOutput();

        var result = await ShellHarness.RunAsync(ShellHarness.Script("echo out; echo err >&2"), output);

        Assert.Equal(StageOutcome.Completed, result.Outcome);
        Assert.Equal("""{"exitCode":0,"stdout":"out\n","stderr":"err\n"}""", result.Json().GetRawText());
        Assert.Equal("out\n", output.Text);
        Assert.Equal("err\n", output.ErrorText);
    }

    [Fact]
    public async Task Script_gets_its_arguments_when_there_are_some()
    {
        var result = await ShellHarness.RunAsync(ShellHarness.Script("printf '%s|' \"$@\"", new { args = new[] { "a b", "$HOME", "ü" } }));

        Assert.Equal("a b|$HOME|ü|", result.Json().GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task Exec_runs_without_a_shell()
    {
        var result = await ShellHarness.RunAsync("""{"exec":["echo","$HOME","*"]}""");

        Assert.Equal("$HOME *\n", result.Json().GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task Stage_fails_with_the_code_and_the_last_lines_when_the_script_exits_with_another()
    {
        var result = await ShellHarness.RunAsync(ShellHarness.Script("echo started; echo first >&2; echo broken >&2; exit 3"));

        Assert.Equal(StageOutcome.Failed, result.Outcome);
        Assert.Equal(new StageError("exit_code", "exited with 3", "first\nbroken"), result.Error);
        Assert.Equal(3, result.Json().GetProperty("exitCode").GetInt32());
        Assert.Equal("started\n", result.Json().GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task Stage_fails_with_the_signal_when_one_ends_the_script()
    {
        var result = await ShellHarness.RunAsync(ShellHarness.Script("kill -SEGV $$"));

        Assert.Equal("killed_by_signal", result.Error!.Code);
        Assert.Equal("killed by SIGSEGV", result.Error.Message);
        Assert.Equal(139, result.Json().GetProperty("exitCode").GetInt32());
    }

    [Theory]
    [InlineData("""{"exec":["no-such-program-here"]}""", "was not found in PATH")]
    [InlineData("""{"exec":["./missing"]}""", "was not found; correct the path")]
    [InlineData("""{"exec":["/etc/passwd"]}""", "is not executable; run 'chmod +x'")]
    [InlineData("""{"exec":["/tmp"]}""", "is a folder, not a program")]
    [InlineData("""{"run":"true","workdir":"no/such/folder"}""", "does not exist; create it or correct 'workdir'")]
    [InlineData("""{"run":"true","env":{"A=B":"1"}}""", "is no name for an environment variable")]
    [InlineData("""{"run":"true","env":{"A":"x\u0000y"}}""", "holds a zero character")]
    [InlineData("""{}""", "needs either 'run'")]
    public async Task Stage_says_what_to_do_when_it_cannot_start(string body, string message)
    {
        var result = await ShellHarness.RunAsync(body);

        Assert.Equal("start_failed", result.Error!.Code);
        Assert.Contains(message, result.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#!/no/such/interpreter\n", "names an interpreter that does not exist")]
    [InlineData("echo no first line\n", "needs a first line such as #!/bin/sh")]
    public async Task Stage_says_what_to_do_when_a_script_file_cannot_start(string content, string message)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("script.sh", content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var result = await ShellHarness.RunAsync("""{"exec":["./script.sh"]}""", folder: folder.Path);

        Assert.Equal("start_failed", result.Error?.Code);
        Assert.Contains(message, result.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_the_text_when_there_is_one()
    {
        var text = string.Concat(Enumerable.Repeat("line ü\n", 50_000));

        var result = await ShellHarness.RunAsync(ShellHarness.Script("cat | wc -c", new { stdin = text }));

        Assert.Equal("400000", result.Json().GetProperty("stdout").GetString()!.Trim());
    }

    [Fact]
    public async Task Standard_input_is_at_its_end_when_there_is_none()
    {
        var result = await ShellHarness.RunAsync(ShellHarness.Script("cat; echo done"));

        Assert.Equal("done\n", result.Json().GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task Environment_holds_what_is_allowed_and_what_the_stage_says()
    {
        var host = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["LC_TIME"] = "C", ["SIGHTGLASS_SECRET_KEY"] = "hidden", ["AWS_SECRET_ACCESS_KEY"] = "hidden", ["EXTRA"] = "1" };
        var stage = new ShellStage(new ShellStageOptions { PassEnvironment = ["EXTRA"] }, host);

        var result = await stage.RunAsync(SomeRun.Of("""{"run":"env | grep -v TOKEN | sort","env":{"MODE":"strict\nreally"}}"""), TestContext.Current.CancellationToken);

        Assert.Equal(
            "EXTRA=1\nLC_TIME=C\nMODE=strict\nPATH=/usr/bin:/bin\nPWD=/tmp\nSIGHTGLASS_ATTEMPT=2\nSIGHTGLASS_EXECUTION_ID=0197a0c2-0000-7000-8000-000000000001\nSIGHTGLASS_IDEMPOTENCY_KEY=0197a0c2/check/1\nSIGHTGLASS_STAGE=check\nreally\n",
            result.Json().GetProperty("stdout").GetString()!.Replace("OLDPWD=/tmp\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Working_folder_starts_from_the_base_folder()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(System.IO.Path.Combine(folder.Path, "sub"));

        var result = await ShellHarness.RunAsync(ShellHarness.Script("pwd", new { workdir = "sub" }), folder: folder.Path);

        Assert.EndsWith("/sub\n", result.Json().GetProperty("stdout").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_read_from_standard_output_when_the_format_says_so()
    {
        var result = await ShellHarness.RunAsync(ShellHarness.Script("echo '{\"overall\": [1, 2]}'"), format: "json");

        Assert.Equal(StageOutcome.Completed, result.Outcome);
        Assert.Equal(2, result.Json().GetProperty("json").GetProperty("overall")[1].GetInt32());
    }

    [Theory]
    [InlineData("echo no")]
    [InlineData("true")]
    public async Task Stage_fails_when_the_output_is_no_json(string script)
    {
        var result = await ShellHarness.RunAsync(ShellHarness.Script(script), format: "json");

        Assert.Equal(StageOutcome.Failed, result.Outcome);
        Assert.Equal("output_not_json", result.Error!.Code);
        Assert.Equal(0, result.Json().GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task Binary_output_arrives_byte_by_byte()
    {
        using var folder = new TemporaryFolder();
        var output = new RecordedOutput();

        await ShellHarness.RunAsync(ShellHarness.Script("head -c 3000000 /dev/urandom | tee random"), output, folder: folder.Path);

        Assert.Equal(SHA256.HashData(File.ReadAllBytes(System.IO.Path.Combine(folder.Path, "random"))), SHA256.HashData(output.Raw));
    }

    [Fact]
    public async Task Output_keeps_its_end_when_a_line_is_longer_than_what_is_kept()
    {
        var output = new RecordedOutput();

        var result = await ShellHarness.RunAsync(ShellHarness.Script("head -c 10000000 /dev/zero | tr '\\0' x; echo; echo end"), output);

        Assert.Equal(10_000_005, output.Bytes);
        var kept = result.Json().GetProperty("stdout").GetString()!;
        Assert.Equal(1 << 20, kept.Length);
        Assert.EndsWith("xx\nend\n", kept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writers_get_SIGPIPE_as_in_a_terminal()
    {
        var result = await ShellHarness.RunAsync(ShellHarness.Script("yes | head -n 2"));

        Assert.Equal("""{"exitCode":0,"stdout":"y\ny\n","stderr":""}""", result.Json().GetRawText());
    }

    [Fact]
    public async Task Streams_are_read_at_once_when_both_are_flooded()
    {
        var output = new RecordedOutput();

        var result = await ShellHarness.RunAsync(ShellHarness.Script("head -c 20000000 /dev/zero >&2 & head -c 20000000 /dev/zero; wait"), output);

        Assert.Equal(StageOutcome.Completed, result.Outcome);
        Assert.Equal(40_000_000, output.Bytes);
    }

    [Fact]
    public async Task Process_waits_when_the_log_is_slow()
    {
        using var folder = new TemporaryFolder();
        var room = new TaskCompletionSource();
        var output = new RecordedOutput { Room = room.Task };
        var running = ShellHarness.RunAsync(ShellHarness.Script("echo $$ > pid.new; mv pid.new pid; exec head -c 5000000 /dev/zero"), output, folder: folder.Path);
        var pid = System.IO.Path.Combine(folder.Path, "pid");
        await ShellHarness.UntilAsync(() => File.Exists(pid));

        // The kernel says that it stands in a write to the full pipe.
        await ShellHarness.UntilAsync(() => File.ReadAllText($"/proc/{File.ReadAllText(pid).Trim()}/wchan").Contains("pipe_write", StringComparison.Ordinal));
        Assert.Equal(0, output.Bytes);
        room.SetResult();
        var result = await running;

        Assert.Equal(StageOutcome.Completed, result.Outcome);
        Assert.Equal(5_000_000, output.Bytes);
    }

    [Fact]
    public async Task Process_goes_on_when_it_closes_its_output_early()
    {
        using var folder = new TemporaryFolder();

        var result = await ShellHarness.RunAsync(ShellHarness.Script("exec >&- 2>&-; touch after; exit 4"), folder: folder.Path);

        Assert.Equal(4, result.Json().GetProperty("exitCode").GetInt32());
        Assert.True(File.Exists(System.IO.Path.Combine(folder.Path, "after")));
    }

    [Fact]
    public async Task Kept_output_is_masked_also_where_the_cut_splits_a_secret()
    {
        var options = new ShellStageOptions { KeepBytes = 10 };

        var result = await ShellHarness.RunAsync(ShellHarness.Script("printf 'key=correct-horse-battery; rest'"), secrets: ["correct-horse-battery"], options: options);

        Assert.Equal("y=***; rest"[1..], result.Json().GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task Exit_codes_stay_apart_when_the_program_starts_processes_of_its_own_as_well()
    {
        var stages = Enumerable.Range(1, 40).Select(async i =>
        {
            using var other = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exit {i + 50}"]))!;
            var result = await ShellHarness.RunAsync(ShellHarness.Script($"exit {i}"));
            await other.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (Ours: result.Json().GetProperty("exitCode").GetInt32(), Other: other.ExitCode);
        });

        Assert.Equal(Enumerable.Range(1, 40).Select(i => (i, i + 50)), await Task.WhenAll(stages));
    }

    [Fact]
    public async Task Resources_count_the_children_too()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTime();
        var running = ShellHarness.RunAsync(
            ShellHarness.Script("head -c 60000000 /dev/zero | sha256sum; sh -c 'x=$(head -c 40000000 /dev/zero | tr \"\\0\" x); echo $$ > pid; while [ ! -e go ]; do sleep 0.02; done; echo ${#x}'; true"),
            folder: folder.Path,
            time: time);
        var pid = ShellHarness.Pid(await ShellHarness.FileAsync(System.IO.Path.Combine(folder.Path, "pid")));

        // Readings are shared for a moment, so one that shows it has to be there before the clock asks for one.
        await ShellHarness.UntilAsync(() => ProcTable.Read(TimeSpan.FromMilliseconds(50)).Any(e => e.Pid == pid && e.ResidentPages * Environment.SystemPageSize > 30_000_000));
        time.Advance(TimeSpan.FromSeconds(1));
        folder.Write("go", "");
        var result = await running;

        Assert.True(result.Resources!.CpuMs > 20, $"{result.Resources}");
        Assert.True(result.Resources.PeakMemoryBytes > 30_000_000, $"{result.Resources}");
    }

    [Fact]
    public async Task Failure_of_the_log_ends_the_process()
    {
        using var folder = new TemporaryFolder();
        var output = new RecordedOutput { Failure = new IOException("disk full") };

        var error = await Assert.ThrowsAsync<IOException>(() => ShellHarness.RunAsync(ShellHarness.Script("echo $$ > pid; echo $$; exec sleep 1000"), output, folder: folder.Path));

        Assert.Equal("disk full", error.Message);
        Assert.False(ShellHarness.IsAlive(ShellHarness.Pid(File.ReadAllText(System.IO.Path.Combine(folder.Path, "pid")))));
    }

    [Fact]
    public async Task Json_output_is_read_when_it_escapes_half_a_surrogate_pair()
    {
        var result = await ShellHarness.RunAsync(ShellHarness.Script("printf '{\"k\":\"x\\\\ud800y\"}'"), format: "json", secrets: ["hidden"]);

        Assert.Null(result.Error);
        Assert.Contains("x\ufffdy", result.Json().GetRawText().Replace("\\ufffd", "\ufffd", StringComparison.OrdinalIgnoreCase), StringComparison.Ordinal);
    }
}
