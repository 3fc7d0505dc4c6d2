using System.Buffers;
using Sightglass.Core.Stages.Secrets;

namespace Sightglass.Core.Stages.Shell;

/// <summary>Moves one stream of a child into the log. The next read waits for the write before it: when the log is slow,
/// the pipe fills and the child waits.</summary>
internal sealed class StreamPump : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly Stream _source;
    private readonly OutputStream _stream;
    private readonly StageOutput _output;
    private readonly SecretMasker? _masker;
    private readonly ArrayBufferWriter<byte>? _masked;
    private readonly CancellationTokenSource _stopReading = new();
    private readonly CancellationTokenSource _stopWriting = new();

    public StreamPump(Stream source, OutputStream stream, StageRun run, int keep)
    {
        (_source, _stream, _output, Tail) = (source, stream, run.Output, new TailBuffer(keep));
        if (!run.Secrets.IsEmpty)
            (_masker, _masked) = (new SecretMasker(run.Secrets), new ArrayBufferWriter<byte>(BufferSize));
        Done = PumpAsync();
    }

    /// <summary>Gets the end of the stream's last byte in <see cref="Tail"/>, secrets masked.</summary>
    public TailBuffer Tail { get; }

    public Task Done { get; }

    /// <summary>Takes what the pipe holds now and waits for no more.</summary>
    public void StopReading() => _stopReading.Cancel();

    /// <summary>Gives up what was not written yet.</summary>
    public void StopWriting()
    {
        _stopReading.Cancel();
        _stopWriting.Cancel();
    }

    public void Dispose()
    {
        _stopReading.Dispose();
        _stopWriting.Dispose();
    }

    private async Task PumpAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await ReadAsync(buffer) is var count and > 0)
            {
                Keep(buffer.AsSpan(0, count));
                await _output.WriteAsync(buffer.AsMemory(0, count), _stream, _stopWriting.Token);
            }

            if (_stopReading.IsCancellationRequested)
                await DrainAsync(buffer);
        }
        catch (OperationCanceledException) when (_stopWriting.IsCancellationRequested)
        {
        }
        finally
        {
            if (_masker is not null)
            {
                _masker.Flush(_masked!);
                Tail.Append(_masked!.WrittenSpan);
            }

            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        try
        {
            return await _source.ReadAsync(buffer, _stopReading.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return 0;
        }
    }

    private async Task DrainAsync(byte[] buffer)
    {
        for (var left = ShellLimits.MaxLastBytes; left > 0;)
        {
            var count = ReadNow(buffer);
            if (count <= 0)
                return;
            left -= count;
            Keep(buffer.AsSpan(0, count));
            await _output.WriteAsync(buffer.AsMemory(0, count), _stream, _stopWriting.Token);
        }
    }

    // Whatever the pipe's mode is, it is asked first and so never blocks; nothing there counts as the end.
    private unsafe int ReadNow(byte[] buffer)
    {
        if (_source is ChildStream child)
            return child.TryRead(buffer);
        if (_source is not System.IO.Pipes.PipeStream pipe || !OperatingSystem.IsLinux())
            return 0;
        var fd = (int)pipe.SafePipeHandle.DangerousGetHandle();
        var entry = new LibC.PollEntry { Fd = fd, Events = LibC.PollIn };
        if (LibC.poll(&entry, 1, 0) <= 0 || (entry.Returned & LibC.PollIn) == 0)
            return 0;
        fixed (byte* start = buffer)
            return (int)LibC.read(fd, start, (nuint)buffer.Length);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_masker is null)
        {
            Tail.Append(bytes);
            return;
        }

        _masked!.ResetWrittenCount();
        _masker.Push(bytes, _masked);
        Tail.Append(_masked.WrittenSpan);
        _masked.ResetWrittenCount();
    }
}
