using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Stages.Shell;

/// <summary>Reads what a child prints on one of its streams. There is one reader, and one read at a time.</summary>
internal sealed unsafe class ChildStream : Stream, IValueTaskSource<int>
{
    private const int NothingYet = -1;

    private readonly HandleWatch _watch;
    private readonly Pipe _pipe;

    // Guarded by _gate.
    private readonly Lock _gate = new();
    private bool _isYoung = true;
    private bool _isClosed;
    private bool _waits;
    private Memory<byte> _buffer;
    private CancellationToken _token;
    private CancellationTokenRegistration _cancellation;

    // Owned by the reader until it waits, then by who ends the wait.
    private ManualResetValueTaskSourceCore<int> _read;

    /// <summary>Takes over the reading end of a pipe.</summary>
    public ChildStream(int handle, HandleWatch watch)
    {
        (_watch, _pipe) = (watch, new Pipe(this, handle));
        _ = LibC.fcntl(handle, LibC.SetFlags, LibC.NonBlocking);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        lock (_gate)
        {
            var count = ReadNow(buffer.Span);
            if (count != NothingYet)
                return new ValueTask<int>(count);
            _read.Reset();
            (_buffer, _token, _waits) = (buffer, cancellationToken, true);
            _cancellation = cancellationToken.UnsafeRegister(static s => ((ChildStream)s!).Cancel(), this);
            Ask();
            return new ValueTask<int>(this, _read.Version);
        }
    }

    /// <summary>Reads what is there now.</summary>
    /// <returns>How many bytes; 0 at the end, less where there is nothing yet.</returns>
    public int TryRead(Span<byte> buffer)
    {
        lock (_gate)
            return ReadNow(buffer);
    }

    /// <summary>Looks whether there is something for the one who waits, now that there may be.</summary>
    /// <param name="mayStay">Whether the reader may go on on this thread.</param>
    public void Look(bool mayStay)
    {
        int count;
        lock (_gate)
        {
            if (!_waits)
                return;
            count = ReadNow(_buffer.Span);
            if (count == NothingYet)
            {
                Ask();
                return;
            }

            _waits = false;
        }

        _cancellation.Unregister();
        if (mayStay)
            Answer(count);
        else
            FreeThread.Queue(static s => s.stream.Answer(s.count), (stream: this, count));
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    /// <summary>Closes the pipe; nobody may be reading.</summary>
    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                _isClosed = true;
                _watch.Forget(_pipe);
                _ = LibC.close(_pipe.Handle);
            }
        }

        base.Dispose(disposing);
    }

    // The first time in a moment only: by then a short process has ended.
    private void Ask()
    {
        if (_isYoung || !_watch.Ask(_pipe))
            _watch.AskLater(_pipe);
        _isYoung = false;
    }

    private void Answer(int count) => _read.SetResult(count);

    private void Cancel()
    {
        lock (_gate)
        {
            if (!_waits)
                return;
            _waits = false;
        }

        _read.SetException(new OperationCanceledException(_token));
    }

    // What cannot be read has ended: nobody could do anything about it.
    private int ReadNow(Span<byte> buffer)
    {
        if (_isClosed)
            return 0;
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = (int)LibC.read(_pipe.Handle, start, (nuint)buffer.Length);
                if (count >= 0)
                    return count;
                var error = Marshal.GetLastPInvokeError();
                if (error != LibC.Interrupted)
                    return error == LibC.Again ? NothingYet : 0;
            }
        }
    }

    private sealed class Pipe(ChildStream stream, int handle) : WatchedHandle(handle)
    {
        public override void Ready(bool mayStay) => stream.Look(mayStay);
    }
}
