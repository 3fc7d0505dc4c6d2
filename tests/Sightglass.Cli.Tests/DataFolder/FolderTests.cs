using System.Buffers.Binary;
using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.DataFolder;

public sealed class FolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_folder_is_its_owners_alone()
    {
        if (OperatingSystem.IsWindows()) return;
        _folder.Write("hello.yaml", TemporaryFolder.Hello);
        (await CliProcess.RunAsync(_folder.Path, "run", "hello.yaml")).Exits(0);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.Data));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_one_sentence_and_exits_3()
    {
        _folder.Write("hello.yaml", TemporaryFolder.Hello);
        var file = _folder.Write("file", "in the way");
        foreach (var data in (string[])[file, Path.Combine(file, "below")])
        {
            var refused = (await CliProcess.RunAsync(_folder.Path, "run", "hello.yaml", "--data", data)).Exits(3);
            Assert.Single(refused.Error.TrimEnd().Split('\n'));
            Assert.Contains("--data", refused.Error, StringComparison.Ordinal);
        }

        Assert.Equal("in the way", File.ReadAllText(file));
    }

    [Fact]
    public async Task Without_a_database_reads_exit_3_and_create_nothing()
    {
        foreach (var verb in (string[][])[["history"], ["show", "last"], ["logs", "last"], ["cancel", "last"], ["emit", "x"]])
        {
            var refused = (await CliProcess.RunAsync(_folder.Path, verb)).Exits(3);
            Assert.Contains("sightglass run FILE", refused.Error, StringComparison.Ordinal);
        }

        (await CliProcess.RunAsync(_folder.Path, "list")).Exits(0);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_newer_database_is_refused_and_not_touched()
    {
        _folder.Write("hello.yaml", TemporaryFolder.Hello);
        (await CliProcess.RunAsync(_folder.Path, "run", "hello.yaml")).Exits(0);
        var bytes = await File.ReadAllBytesAsync(_folder.Database);

        // Where SQLite keeps the version of the application's tables.
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(60), 9999);
        await File.WriteAllBytesAsync(_folder.Database, bytes);
        var before = Listing();
        foreach (var verb in (string[][])[["run", "hello.yaml"], ["history"], ["serve", "--urls", "http://127.0.0.1:0"]])
        {
            var refused = (await CliProcess.RunAsync(_folder.Path, verb)).Exits(3);
            Assert.Contains("newer Sightglass", refused.Error, StringComparison.Ordinal);
        }

        Assert.Equal(bytes, await File.ReadAllBytesAsync(_folder.Database));
        Assert.Equal(before, Listing());
    }

    [Fact]
    public async Task Secrets_that_others_can_read_are_refused()
    {
        if (OperatingSystem.IsWindows()) return;
        _folder.Write("hello.yaml", TemporaryFolder.Hello);
        var secrets = _folder.Write(".sightglass/secrets.env", "KEY=value\n");
        File.SetUnixFileMode(secrets, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", (await CliProcess.RunAsync(_folder.Path, "run", "hello.yaml")).Exits(3).Error, StringComparison.Ordinal);
    }

    private string[] Listing() => [.. Directory.EnumerateFiles(_folder.Data).Order(StringComparer.Ordinal)];
}
