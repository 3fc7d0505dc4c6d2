using Microsoft.Extensions.AI;
using Sightglass.Core.Agents;
using Sightglass.Core.Tests.Stages;
using Xunit;

namespace Sightglass.Core.Tests.Agents;

public sealed class ScriptedChatClientTests
{
    [Fact]
    public async Task Chunks_come_at_their_times()
    {
        var time = new ManualTime();
        using var client = Client("turns: [{ chunks: [a, b, c], delay: 20ms, firstDelay: 300ms }]", time);
        await using var updates = client.GetStreamingResponseAsync([new(ChatRole.User, "x")], null, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        foreach (var (text, after) in new[] { ("a", 300), ("b", 20), ("c", 20) })
        {
            var next = updates.MoveNextAsync().AsTask();
            await time.ArmedAsync();
            time.Advance(TimeSpan.FromMilliseconds(after - 1));
            Assert.False(next.IsCompleted);
            time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.True(await next);
            Assert.Equal(text, updates.Current.Text);
        }
    }

    [Fact]
    public async Task Turns_that_match_are_played_one_after_the_other_and_the_last_again()
    {
        using var client = Client("turns:\n- { match: Order, text: first }\n- { match: order, text: second }\n- { text: other }\n", TimeProvider.System);

        Assert.Equal(["first", "other", "second", "other", "other"], [await Ask("my order"), await Ask("hello"), await Ask("ORDER"), await Ask("order"), await Ask("order")]);

        async Task<string> Ask(string prompt) => (await client.GetResponseAsync([new(ChatRole.User, prompt)], null, TestContext.Current.CancellationToken)).Text;
    }

    [Fact]
    public async Task Call_fails_when_no_turn_matches()
    {
        using var client = Client("turns: [{ match: order, text: x }]", TimeProvider.System);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => client.GetResponseAsync([new(ChatRole.User, "hello")], null, TestContext.Current.CancellationToken));

        Assert.Contains("No turn of the script matches", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Usage_is_counted_when_the_script_gives_none()
    {
        using var client = Client("turns: [{ text: 'one two three' }]", TimeProvider.System);

        var response = await client.GetResponseAsync([new(ChatRole.System, "be brief"), new(ChatRole.User, "a b c")], null, TestContext.Current.CancellationToken);

        Assert.Equal(5, response.Usage!.InputTokenCount);
        Assert.Equal(3, response.Usage.OutputTokenCount);
        Assert.Equal("one two three", response.Text);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("turns: []", "has no 'turns'")]
    [InlineData("turns: [{}]", "says nothing")]
    [InlineData("turns: [{ text: a, chunks: [b] }]", "both 'text' and 'chunks'")]
    [InlineData("turns: [{ text: a, dellay: 1s }]", "dellay")]
    [InlineData("turns: [{ text: a, delay: 5 }]", "is no script")]
    [InlineData("turns: [", "cannot be read")]
    public void Script_is_refused_with_a_reason(string text, string reason)
    {
        var error = Assert.Throws<InvalidDataException>(() => ChatScript.Parse(text, "turns.yaml"));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private static ScriptedChatClient Client(string script, TimeProvider time) => new(ChatScript.Parse(script, "turns.yaml"), time);
}
