using System.Collections;
using Sightglass.Core.Stages.Secrets;
using Xunit;

namespace Sightglass.Core.Tests.Stages.Secrets;

public sealed class SecretSourceTests
{
    private static readonly Hashtable s_empty = [];

    [Fact]
    public void Source_reads_prefixed_variables_and_the_file_and_the_environment_wins()
    {
        using var folder = new TemporaryFolder();
        var file = Private(folder.Write("secrets.env", "# keys\nA=from file\nexport B='quo\\nted'\nC=\"two\\nlines\"\n\nD = spaced=x\n"));

        var source = SecretSource.Load(file, new Hashtable { ["SIGHTGLASS_SECRET_A"] = "from environment", ["OTHER"] = "no" });

        Assert.Equal(["A", "B", "C", "D"], source.Names.Order());
        Assert.True(source.TryGet("A", out var a));
        Assert.Equal("from environment", a);
        Assert.True(source.TryGet("B", out var b));
        Assert.Equal("quo\\nted", b);
        Assert.True(source.TryGet("C", out var c));
        Assert.Equal("two\nlines", c);
        Assert.True(source.TryGet("D", out var d));
        Assert.Equal("spaced=x", d);
        Assert.False(source.TryGet("E", out _));
    }

    [Fact]
    public void Source_reads_a_json_file()
    {
        using var folder = new TemporaryFolder();
        var file = Private(folder.Write("secrets.json", """{"A":"x"}"""));

        Assert.True(SecretSource.Load(file, s_empty).TryGet("A", out var value));
        Assert.Equal("x", value);
    }

    [Theory]
    [InlineData("secrets.json", """{"A":""")]
    [InlineData("secrets.json", """{"A":1}""")]
    [InlineData("secrets.json", "[]")]
    [InlineData("secrets.env", "topsecret")]
    public void Source_refuses_a_file_it_cannot_read_without_quoting_it(string name, string content)
    {
        using var folder = new TemporaryFolder();
        var file = Private(folder.Write(name, content));

        var error = Assert.Throws<SecretFileException>(() => SecretSource.Load(file, s_empty));

        Assert.DoesNotContain("topsecret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Source_refuses_a_file_that_others_can_read_and_says_how_to_close_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps access in lists, not in a mode.");
        using var folder = new TemporaryFolder();
        var file = folder.Write("secrets.env", "A=x");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        var error = Assert.Throws<SecretFileException>(() => SecretSource.Load(file, s_empty));

        Assert.Contains($"chmod 600 '{file}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Source_is_empty_when_there_is_no_file() => Assert.Empty(SecretSource.Load("/no/such/file", s_empty).Names);

    private static string Private(string file)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
