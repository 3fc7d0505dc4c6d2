using System.Net;
using System.Text.Json.Nodes;
using Sightglass.Server.Access.Oidc;
using Xunit;

namespace Sightglass.Server.Tests.Access.Oidc;

public sealed class IdTokenTests
{
    [Theory]
    [InlineData("nonce", "\"another\"", "nonce")]
    [InlineData("nonce", "null", "nonce")]
    [InlineData("aud", "\"another\"", "aud")]
    [InlineData("aud", "[\"another\"]", "aud")]
    [InlineData("aud", "null", "aud")]
    [InlineData("aud", "[\"sightglass\", \"another\"]", "azp")]
    [InlineData("azp", "\"another\"", "azp")]
    [InlineData("iss", "\"https://evil.test\"", "iss")]
    [InlineData("iss", "null", "iss")]
    [InlineData("exp", "1", "expired")]
    [InlineData("exp", "null", "expired")]
    [InlineData("exp", "-61", "expired")]
    [InlineData("nbf", "61", "not count yet")]
    [InlineData("sub", "null", "sub")]
    [InlineData("sub", "\"\"", "sub")]
    [InlineData("sub", "17", "sub")]
    public async Task Token_does_not_count_when_a_claim_is_wrong(string claim, string value, string says)
    {
        var time = new ManualTime();
        await using var provider = await TestProvider.StartAsync(time);
        await using var server = await OidcTests.StartAsync(provider, time: time);
        provider.Change = claims => Set(claims, claim, value);
        await AssertRefusedAsync(server, says);
        provider.Change = null;
        await AssertTakenAsync(server);
    }

    [Theory]
    [InlineData("exp", "-55")]
    [InlineData("nbf", "55")]
    [InlineData("azp", "\"sightglass\"")]
    [InlineData("aud", "[\"sightglass\"]")]
    public async Task Token_counts_when_the_clocks_are_less_than_a_minute_apart(string claim, string value)
    {
        var time = new ManualTime();
        await using var provider = await TestProvider.StartAsync(time);
        await using var server = await OidcTests.StartAsync(provider, time: time);
        provider.Change = claims => Set(claims, claim, value);
        await AssertTakenAsync(server);
    }

    [Theory]
    [InlineData("none", "RS256")]
    [InlineData("HS256", "RS256")]
    [InlineData("RS384", "RS256")]
    [InlineData("ES256", "valid signature")]
    public async Task Token_does_not_count_when_it_is_signed_in_another_way(string algorithm, string says)
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Algorithm = algorithm;
        await using var server = await OidcTests.StartAsync(provider);
        await AssertRefusedAsync(server, says);
    }

    [Theory]
    [InlineData("at+jwt")]
    [InlineData("logout+jwt")]
    public async Task Token_of_another_kind_does_not_count(string type)
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Type = type;
        await using var server = await OidcTests.StartAsync(provider);
        await AssertRefusedAsync(server, "another kind");
    }

    [Fact]
    public async Task Token_does_not_count_when_somebody_else_signs_in_the_name_of_a_key()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Signer = new TestKey("first");
        await using var server = await OidcTests.StartAsync(provider);
        await AssertRefusedAsync(server, "signature");
    }

    [Fact]
    public async Task Key_that_is_too_short_is_none()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Keys = [new TestKey("short", 1024)];
        await using var server = await OidcTests.StartAsync(provider);
        using var browser = new OidcBrowser(server);
        (await browser.LogInAsync()).AssertProblem(HttpStatusCode.BadGateway, "oidc_unavailable");
    }

    [Fact]
    public async Task Keys_are_refused_when_there_are_more_than_a_provider_has()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Keys = [.. Enumerable.Range(0, OidcLimits.MaxKeys + 1).Select(i => new TestKey("k" + i) { IsCurve = true })];
        await using var server = await OidcTests.StartAsync(provider);
        using var browser = new OidcBrowser(server);
        (await browser.LogInAsync()).AssertProblem(HttpStatusCode.BadGateway, "oidc_unavailable");
    }

    [Fact]
    public async Task Keys_are_read_again_when_one_is_unknown_but_not_all_the_time()
    {
        var time = new ManualTime();
        await using var provider = await TestProvider.StartAsync(time);
        await using var server = await OidcTests.StartAsync(provider, time: time);
        await AssertTakenAsync(server);
        await AssertTakenAsync(server);
        Assert.Equal(1, provider.KeysRead);

        // A new key, at once after they were read: nobody can make this server ask for them at will.
        provider.Keys.Add(new TestKey("second"));
        await AssertRefusedAsync(server, "does not name");
        await AssertRefusedAsync(server, "does not name");
        Assert.Equal(1, provider.KeysRead);
        time.Advance(OidcLimits.KeyGap);
        await AssertTakenAsync(server);
        Assert.Equal(2, provider.KeysRead);

        // The old one is withdrawn: what it signs counts for an hour at most.
        var old = provider.Keys[0];
        provider.Keys.RemoveAt(0);
        provider.Signer = old;
        await AssertTakenAsync(server);
        time.Advance(OidcLimits.DescriptionLife);
        await AssertRefusedAsync(server, "does not name");
    }

    private static void Set(JsonObject claims, string name, string value)
    {
        if (value == "null") claims.Remove(name);
        else if (name is "exp" or "nbf" && int.TryParse(value, out var seconds) && seconds != 1) claims[name] = claims["iat"]!.GetValue<long>() + seconds;
        else claims[name] = JsonNode.Parse(value);
    }

    private static async Task AssertRefusedAsync(ServerHarness server, string says)
    {
        using var browser = new OidcBrowser(server);
        var refused = await browser.LogInAsync();
        refused.AssertProblem(HttpStatusCode.Forbidden, "oidc_token");
        Assert.Contains(says, refused.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(browser.Cookies.GetAllCookies(), c => c.Value.StartsWith("sg_", StringComparison.Ordinal));
        (await browser.GetAsync("/api/pipelines")).AssertProblem(HttpStatusCode.Unauthorized, "login_required");
    }

    private static async Task AssertTakenAsync(ServerHarness server)
    {
        using var browser = new OidcBrowser(server);
        var answer = await browser.LogInAsync();
        Assert.True(answer.Status == HttpStatusCode.Found, answer.Text);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/pipelines")).Status);
    }
}
