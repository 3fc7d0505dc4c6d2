using Sightglass.Cli.Client;
using Sightglass.Cli.Commands;
using Xunit;

namespace Sightglass.Cli.Tests.Client;

public sealed class ServerAddressTests
{
    [Theory]
    [InlineData("https://ci.example.org", "https://ci.example.org/", false)]
    [InlineData("http://127.0.0.1:5080", "http://127.0.0.1:5080/", false)]
    [InlineData("http://[::1]:5080/", "http://[::1]:5080/", false)]
    [InlineData("http://localhost:5080", "http://localhost:5080/", false)]
    [InlineData("http://ci.example.org/flows", "http://ci.example.org/flows/", true)]
    [InlineData("http://10.0.0.2", "http://10.0.0.2/", true)]
    public void Address_is_read_and_known_to_be_safe_or_not(string given, string whole, bool exposes)
    {
        Assert.Equal(whole, ServerAddress.Parse(given, null).Base.AbsoluteUri);
        Assert.Equal(exposes, ServerAddress.Parse(given, "sg_1").ExposesToken);
        Assert.False(ServerAddress.Parse(given, null).ExposesToken);
    }

    [Theory]
    [InlineData("ci.example.org")]
    [InlineData("ci.example.org:5080")]
    [InlineData("ftp://ci.example.org")]
    [InlineData("https://")]
    [InlineData("https://ada@ci.example.org")]
    [InlineData("https://ci.example.org/?token=sg_1")]
    [InlineData("")]
    public void Address_is_refused_when_no_server_has_it(string given) =>
        Assert.Equal(ExitCodes.Invalid, Assert.Throws<CommandRefusedException>(() => ServerAddress.Parse(given, null)).ExitCode);
}
