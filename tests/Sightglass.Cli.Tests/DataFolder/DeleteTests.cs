using Sightglass.Cli.Tests.Processes;
using Xunit;

namespace Sightglass.Cli.Tests.DataFolder;

public sealed class DeleteTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Deleted_execution_is_named_with_who_deleted_it()
    {
        _folder.Write("hello.yaml", TemporaryFolder.Hello);
        (await CliProcess.RunAsync(_folder.Path, "run", "hello.yaml")).Exits(0);
        var id = (await CliProcess.RunAsync(_folder.Path, "history", "--json")).Exits(0).Output.Split("\"id\":\"")[1][..36];
        Assert.Contains("Deleted.", (await CliProcess.RunAsync(_folder.Path, "delete", "last", "--reason", "a trial")).Exits(0).Output, StringComparison.Ordinal);

        var gone = (await CliProcess.RunAsync(_folder.Path, "show", id)).Exits(5).Error;
        Assert.Contains($"deleted by {Environment.UserName}", gone, StringComparison.Ordinal);
        Assert.Contains("a trial", gone, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--retain-age", "soon")]
    [InlineData("--retain-age", "0s")]
    [InlineData("--retain-count", "-1")]
    public async Task Retention_that_makes_no_sense_is_refused(string option, string value) =>
        Assert.Contains(option, (await CliProcess.RunAsync(_folder.Path, "serve", option, value)).Exits(2).Error, StringComparison.Ordinal);
}
