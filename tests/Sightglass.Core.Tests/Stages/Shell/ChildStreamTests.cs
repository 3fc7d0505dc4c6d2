using System.IO.Pipes;
using System.Text;
using Sightglass.Core.Stages.Shell;
using Xunit;

namespace Sightglass.Core.Tests.Stages.Shell;

public sealed class ChildStreamTests : IDisposable
{
    private readonly ChildStream _stream;
    private readonly byte[] _buffer = new byte[64];
    private readonly AnonymousPipeServerStream _writer = new(PipeDirection.Out);

    public ChildStreamTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems read their children's output in another way.");
        var reader = _writer.ClientSafePipeHandle;
        _stream = new ChildStream((int)reader.DangerousGetHandle(), HandleWatch.Shared!);
        reader.SetHandleAsInvalid();
    }

    public void Dispose()
    {
        _writer.Dispose();
        _stream.Dispose();
    }

    [Fact]
    public async Task Read_gives_what_is_there_at_once()
    {
        Write("here");

        var read = _stream.ReadAsync(_buffer, TestContext.Current.CancellationToken);

        Assert.True(read.IsCompletedSuccessfully);
        Assert.Equal("here", Text(await read));
    }

    [Fact]
    public Task Read_waits_for_what_comes_later() => ReadsAsync(times: 3);

    [Fact]
    public async Task Read_gives_nothing_at_the_end()
    {
        var read = _stream.ReadAsync(_buffer, TestContext.Current.CancellationToken);
        _writer.Dispose();

        Assert.Equal(0, await Limited(read));
    }

    [Fact]
    public async Task Look_gives_it_to_who_waits_on_the_same_thread()
    {
        var read = _stream.ReadAsync(_buffer, TestContext.Current.CancellationToken);
        Write("now");

        _stream.Look(mayStay: true);

        Assert.True(read.IsCompleted);
        Assert.Equal("now", Text(await Limited(read)));
    }

    [Fact]
    public async Task Read_that_is_cancelled_ends_and_the_next_one_reads()
    {
        using var stop = new CancellationTokenSource();
        var read = _stream.ReadAsync(_buffer, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Limited(read));
        Write("after");
        Assert.Equal("after", Text(await Limited(_stream.ReadAsync(_buffer, TestContext.Current.CancellationToken))));
    }

    [Fact]
    public async Task Read_is_refused_when_it_is_cancelled_before()
    {
        Write("here");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => _ = await _stream.ReadAsync(_buffer, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Reading_now_tells_nothing_yet_from_the_end()
    {
        Assert.True(_stream.TryRead(_buffer) < 0);
        _writer.Dispose();
        Assert.Equal(0, _stream.TryRead(_buffer));
    }

    private static Task<int> Limited(ValueTask<int> read) => read.AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    private async Task ReadsAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var read = _stream.ReadAsync(_buffer, TestContext.Current.CancellationToken);
            Assert.False(read.IsCompleted);
            Write($"text {i}");
            Assert.Equal($"text {i}", Text(await Limited(read)));
        }
    }

    private string Text(int count) => Encoding.UTF8.GetString(_buffer, 0, count);

    private void Write(string text) => _writer.Write(Encoding.UTF8.GetBytes(text));
}
