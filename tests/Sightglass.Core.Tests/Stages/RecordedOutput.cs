using System.Buffers;
using System.Text;
using System.Text.Json;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Tests.Stages;

/// <summary>Remembers what an attempt said, and lets a test wait for it or hold it up.</summary>
internal sealed class RecordedOutput : StageOutput
{
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _error = new();
    private readonly List<(Func<bool> Condition, TaskCompletionSource Reached)> _waits = [];

    public List<string> Logs { get; } = [];

    public List<AgentMessage> Messages { get; } = [];

    /// <summary>Writes wait for this.</summary>
    public Task Room { get; set; } = Task.CompletedTask;

    public bool KeepsBytes { get; init; } = true;

    public long Bytes { get; private set; }

    public int Writes { get; private set; }

    public Exception? Failure { get; set; }

    public string Text => Read(_output);

    public string ErrorText => Read(_error);

    public byte[] Raw
    {
        get
        {
            lock (_gate)
                return _output.WrittenSpan.ToArray();
        }
    }

    public Task WhenAsync(Func<RecordedOutput, bool> condition)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((() => condition(this), reached));
            Check();
            return reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, OutputStream stream = OutputStream.Output, CancellationToken cancellationToken = default)
    {
        if (Failure is not null)
            throw Failure;
        if (!Room.IsCompleted)
            await Room.WaitAsync(cancellationToken);
        lock (_gate)
        {
            if (KeepsBytes)
                (stream == OutputStream.Output ? _output : _error).Write(bytes.Span);
            Bytes += bytes.Length;
            Writes++;
            Check();
        }
    }

    public override ValueTask LogAsync(LogSeverity level, string message, JsonElement? fields = null, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            Logs.Add($"{level}: {message} {fields}".TrimEnd());
            Check();
        }

        return ValueTask.CompletedTask;
    }

    public override ValueTask ProgressAsync(double fraction, string? message = null, CancellationToken cancellationToken = default) => LogAsync(LogSeverity.Debug, $"progress {fraction} {message}", null, cancellationToken);

    public override ValueTask MessageAsync(AgentMessage message, CancellationToken cancellationToken = default)
    {
        lock (_gate)
            Messages.Add(message);
        return ValueTask.CompletedTask;
    }

    public override ValueTask MemoryAsync(AgentMemory memory, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public override ValueTask ToolAsync(AgentToolCall call, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public override ValueTask SharedStateAsync(string key, JsonElement? before, JsonElement? after, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    private string Read(ArrayBufferWriter<byte> stream)
    {
        lock (_gate)
            return Encoding.UTF8.GetString(stream.WrittenSpan);
    }

    private void Check()
    {
        foreach (var (condition, reached) in _waits)
        {
            if (condition())
                reached.TrySetResult();
        }
    }
}
