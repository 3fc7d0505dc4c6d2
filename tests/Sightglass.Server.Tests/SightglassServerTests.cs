using System.Net.Sockets;
using Xunit;

namespace Sightglass.Server.Tests;

public sealed class SightglassServerTests
{
    [Theory]
    [InlineData("http://0.0.0.0:5080", "login_required")]
    [InlineData("http://*:5080", "login_required")]
    [InlineData("http://+:5080", "login_required")]
    [InlineData("http://[::]:5080", "login_required")]
    [InlineData("http://192.168.1.2:5080", "login_required")]
    [InlineData("http://example.com", "login_required")]
    [InlineData("https://127.0.0.1:5080", "bad_address")]
    [InlineData("127.0.0.1:5080", "bad_address")]
    [InlineData("http://127.0.0.1:5080/path", "bad_address")]
    [InlineData("http://127.0.0.1:99999", "bad_address")]
    public async Task Start_is_refused_when_the_address_is_not_plain_loopback(string url, string code)
    {
        var error = await Assert.ThrowsAsync<ServerStartException>(() => ServerHarness.StartAsync(o => o with { Urls = [url] }));
        Assert.Equal(code, error.Code);
        Assert.Contains(url, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_names_the_port_when_it_is_in_use()
    {
        await using var server = await ServerHarness.StartAsync();
        var error = await Assert.ThrowsAsync<ServerStartException>(() => ServerHarness.StartAsync(o => o with { Urls = [server.Address.ToString()] }));
        Assert.Equal("port_in_use", error.Code);
        Assert.Contains(server.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
        Assert.Contains("--urls", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_takes_over_a_dead_socket_and_refuses_a_live_one()
    {
        var folder = Directory.CreateTempSubdirectory("sg-sock-").FullName;
        var path = Path.Combine(folder, "s.sock");
        var born = Path.Combine(folder, "born.sock");
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // Renamed, since closing it would take the file away, which a process that dies does not.
            dead.Bind(new UnixDomainSocketEndPoint(born));
            File.Move(born, path);
        }

        Assert.True(File.Exists(path));
        await using (await ServerHarness.StartAsync(o => o with { UnixSocketPath = path }))
        {
            var error = await Assert.ThrowsAsync<ServerStartException>(() => ServerHarness.StartAsync(o => o with { UnixSocketPath = path }));
            Assert.Equal("socket_in_use", error.Code);
        }

        var file = Path.Combine(folder, "precious.db");
        await File.WriteAllTextAsync(file, "data");
        var ordinary = await Assert.ThrowsAsync<ServerStartException>(() => ServerHarness.StartAsync(o => o with { UnixSocketPath = file }));
        Assert.Equal("socket_unusable", ordinary.Code);
        Assert.Equal("data", await File.ReadAllTextAsync(file));
        var tooLong = await Assert.ThrowsAsync<ServerStartException>(() => ServerHarness.StartAsync(o => o with { UnixSocketPath = Path.Combine(folder, new string('x', 120)) }));
        Assert.Equal("socket_unusable", tooLong.Code);
        Directory.Delete(folder, recursive: true);
    }
}
