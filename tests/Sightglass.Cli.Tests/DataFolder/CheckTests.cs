using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.DataFolder;

public sealed class CheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Database => Path.Combine(_folder.Data, "sightglass.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Damage_is_named_and_mended_and_the_file_is_kept()
    {
        _folder.Write("hello.yaml", TemporaryFolder.Hello);
        (await CliProcess.RunAsync(_folder.Path, "run", "hello.yaml")).Exits(0);
        (await CliProcess.RunAsync(_folder.Path, "run", "hello.yaml")).Exits(0);
        Assert.Contains("is sound: 2 executions", (await CliProcess.RunAsync(_folder.Path, "check")).Exits(0).Output, StringComparison.Ordinal);
        var bytes = await File.ReadAllBytesAsync(Database, TestContext.Current.CancellationToken);
        bytes[bytes.AsSpan().IndexOf("\"type\":\"stage.completed\""u8) + 9] ^= 2;
        await File.WriteAllBytesAsync(Database, bytes, TestContext.Current.CancellationToken);

        var named = (await CliProcess.RunAsync(_folder.Path, "check")).Exits(1).Output;
        Assert.Contains("of hello: events", named, StringComparison.Ordinal);
        Assert.Contains("check --repair", named, StringComparison.Ordinal);
        var mended = (await CliProcess.RunAsync(_folder.Path, "check", "--repair")).Exits(0).Output;
        Assert.Contains("1 execution saved whole", mended, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(_folder.Data, "*.damaged-*")), TestContext.Current.CancellationToken));
        (await CliProcess.RunAsync(_folder.Path, "run", "hello.yaml")).Exits(0);
    }

    [Fact]
    public async Task Backup_is_a_database_of_its_own_made_while_another_process_has_the_folder()
    {
        _folder.Write("waiting.yaml", TemporaryFolder.Waiting);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "copy"));
        await using (var run = CliProcess.Start(_folder.Path, "run", "waiting.yaml"))
        {
            await run.WaitForAsync("| waiting");
            (await CliProcess.RunAsync(_folder.Path, "backup", "copy/sightglass.db")).Exits(0);
            (await CliProcess.RunAsync(_folder.Path, "backup", "copy/sightglass.db")).Exits(2);
            Assert.Contains("in use by process", (await CliProcess.RunAsync(_folder.Path, "check")).Exits(3).Error, StringComparison.Ordinal);
            _folder.Write("go", "");
            (await run.EndAsync()).Exits(0);
        }

        Assert.Contains("sound: 1 execution.", (await CliProcess.RunAsync(_folder.Path, "check", "--data", "copy")).Exits(0).Output, StringComparison.Ordinal);
    }
}
