using System.Text;
using Sightglass.Core.Webhooks;
using Xunit;

namespace Sightglass.Core.Tests.Webhooks;

public sealed class WebhookSignatureTests
{
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("{\"id\":\"whd_1\",\"text\":\"ü\"}");

    /// <summary>The expected value is that of another implementation, by the recipe that the reference gives to receivers.</summary>
    [Fact]
    public void Create_gives_what_a_receiver_computes() =>
        Assert.Equal("t=1700000000,v1=e0fa5754b15b37be5176d1c15881ae4defa9a30311562cd20ac77a88b79189c8", WebhookSignature.Create("s3cret", Body, Time));

    [Theory]
    [InlineData("")]
    [InlineData("t=1700000000")]
    [InlineData("v1=e0fa5754b15b37be5176d1c15881ae4defa9a30311562cd20ac77a88b79189c8")]
    [InlineData("t=x,v1=e0fa5754b15b37be5176d1c15881ae4defa9a30311562cd20ac77a88b79189c8")]
    [InlineData("t=1700000000,v1=zz")]
    [InlineData("t=1700000001,v1=e0fa5754b15b37be5176d1c15881ae4defa9a30311562cd20ac77a88b79189c8")]
    [InlineData("t=9223372036854775807,v1=e0fa5754b15b37be5176d1c15881ae4defa9a30311562cd20ac77a88b79189c8")]
    public void Verify_refuses_what_is_no_signature_of_the_body(string header) =>
        Assert.False(WebhookSignature.Verify(header, "s3cret", Body, Time, TimeSpan.FromMinutes(5)));

    [Fact]
    public void Verify_refuses_a_signature_that_is_too_old()
    {
        var header = WebhookSignature.Create("s3cret", Body, Time);

        Assert.True(WebhookSignature.Verify(header, "s3cret", Body, Time.AddMinutes(5), TimeSpan.FromMinutes(5)));
        Assert.False(WebhookSignature.Verify(header, "s3cret", Body, Time.AddMinutes(6), TimeSpan.FromMinutes(5)));
    }
}
