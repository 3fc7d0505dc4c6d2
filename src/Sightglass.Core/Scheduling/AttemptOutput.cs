using System.Buffers;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Stages;
using Sightglass.Core.Stages.Secrets;

namespace Sightglass.Core.Scheduling;

/// <summary>
/// What one attempt has said and the log does not have yet. The attempt adds at one end; the owner of the execution takes
/// at the other when it writes the next append, at most one report append in flight and a batch of text each, so that what
/// arrives meanwhile goes together. The attempt waits when as much as <see cref="OutputOptions"/> allow is waiting.
/// </summary>
internal sealed class AttemptOutput : StageOutput
{
    private const int WarningSize = 64;

    private readonly ExecutionActor _owner;
    private readonly SecretPatterns _secrets;
    private readonly OutputOptions _options;
    private readonly long _maxBytes;

    // Guarded by _gate.
    private readonly Lock _gate = new();
    private readonly Channel _output;
    private readonly Channel _error;
    private readonly Queue<Report> _reports = new();
    private readonly ArrayBufferWriter<byte> _staging = new();
    private Report? _tail;
    private TaskCompletionSource? _room;
    private int _waitingBytes;
    private bool _announced;
    private bool _closed;
    private long _dropped;

    // Owned by the execution's actor.
    private long _offset;

    public AttemptOutput(ExecutionActor owner, string stage, int attempt, int iteration, SecretPatterns secrets, OutputOptions options, long maxBytes)
    {
        _owner = owner;
        Stage = stage;
        Attempt = attempt;
        Iteration = iteration;
        _secrets = secrets;
        _options = options;
        _maxBytes = maxBytes;
        _output = new Channel("output", secrets);
        _error = new Channel("error", secrets);
    }

    public string Stage { get; }

    public int Attempt { get; }

    public int Iteration { get; }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, OutputStream stream = OutputStream.Output, CancellationToken cancellationToken = default)
    {
        bool announce;
        Task? wait;
        lock (_gate)
        {
            if (_closed) return ValueTask.CompletedTask;
            var channel = stream == OutputStream.Output ? _output : _error;
            _staging.ResetWrittenCount();
            channel.Push(bytes.Span, _staging);
            Enqueue(channel.Name, _staging.WrittenSpan);
            announce = Announce();
            wait = RoomTask();
        }

        if (announce) _owner.PostReports(this);
        return wait is null ? ValueTask.CompletedTask : new ValueTask(wait.WaitAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public override ValueTask LogAsync(LogSeverity level, string message, JsonElement? fields = null, CancellationToken cancellationToken = default) => Add(
        new StageLogged
        {
            Level = level switch { LogSeverity.Debug => "debug", LogSeverity.Info => "info", LogSeverity.Warning => "warning", _ => "error" },
            Message = Mask(message),
            Fields = Mask(fields),
        },
        cancellationToken);

    /// <inheritdoc/>
    public override ValueTask ProgressAsync(double fraction, string? message = null, CancellationToken cancellationToken = default) =>
        Add(new StageProgressed { Fraction = double.IsFinite(fraction) ? Math.Clamp(fraction, 0, 1) : 0, Message = message is null ? null : Mask(message) }, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask MessageAsync(AgentMessage message, CancellationToken cancellationToken = default) => Add(
        new AgentMessageSent { From = message.From, To = message.To, Kind = message.Kind, EscalationLevel = message.EscalationLevel, Payload = Mask(message.Payload) ?? Payload.Null },
        cancellationToken);

    /// <inheritdoc/>
    public override ValueTask MemoryAsync(AgentMemory memory, CancellationToken cancellationToken = default) =>
        Add(new AgentMemoryUsed { Operation = memory.Operation, Content = Payload.FromText(_secrets.MaskText(memory.Content)), SourceStage = memory.SourceStage }, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask ToolAsync(AgentToolCall call, CancellationToken cancellationToken = default) => Add(
        new AgentToolCalled { Tool = call.Tool, Arguments = Mask(call.Arguments) ?? Payload.Null, Result = Mask(call.Result) ?? Payload.Null, Duration = call.DurationMs },
        cancellationToken);

    /// <inheritdoc/>
    public override ValueTask SharedStateAsync(string key, JsonElement? before, JsonElement? after, CancellationToken cancellationToken = default) =>
        Add(new AgentStateChanged { Key = key, Before = Mask(before), After = Mask(after) }, cancellationToken);

    /// <summary>Takes the next reports in order. Called by the actor alone.</summary>
    /// <param name="all">Everything, for the append of the attempt's result; otherwise one batch.</param>
    /// <param name="text">Called for text: stream, bytes, offset.</param>
    /// <param name="other">Called for any other report.</param>
    public void Take(bool all, Action<string, ReadOnlyMemory<byte>, long> text, Action<EventData> other)
    {
        var budget = _options.BatchBytes;
        while (all || budget > 0)
        {
            Report? report;
            lock (_gate)
            {
                if (!_reports.TryDequeue(out report)) return;
                if (ReferenceEquals(report, _tail)) _tail = null;
                _waitingBytes -= report.Size;
            }

            budget -= report.Size;
            if (report.Data is not null)
            {
                other(report.Data);
                continue;
            }

            text(report.Stream!, report.Text, _offset);
            _offset += report.Size;
        }
    }

    /// <summary>Tells that what was taken is committed: makes room, and asks for the next turn if more has come.</summary>
    public void Committed()
    {
        TaskCompletionSource? room = null;
        bool again;
        lock (_gate)
        {
            again = _reports.Count > 0 && !_closed;
            _announced = again;
            if (_waitingBytes < _options.MaxWaitingBytes && _reports.Count < _options.MaxWaitingItems) (room, _room) = (_room, null);
        }

        room?.TrySetResult();
        if (again) _owner.PostReports(this);
    }

    /// <summary>Ends the streams: gives out what was held back for masking. Nothing is accepted after that.</summary>
    public void Close()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            if (_closed) return;
            foreach (var channel in (ReadOnlySpan<Channel>)[_output, _error])
            {
                _staging.ResetWrittenCount();
                channel.Flush(_staging);
                Enqueue(channel.Name, _staging.WrittenSpan);
            }

            if (_dropped > 0)
                Warn($"Output was truncated at {_maxBytes} bytes; {_dropped} more bytes were dropped.");
            _closed = true;
            (room, _room) = (_room, null);
        }

        room?.TrySetResult();
    }

    private ValueTask Add(EventData data, CancellationToken cancellationToken)
    {
        bool announce;
        Task? wait;
        var size = 256;
        data.MapPayloads(p =>
        {
            size += (int)Math.Min(p.Bytes, _options.MaxWaitingBytes);
            return p;
        });
        lock (_gate)
        {
            if (_closed) return ValueTask.CompletedTask;
            _reports.Enqueue(new Report(data, size));
            _tail = null;
            _waitingBytes += size;
            announce = Announce();
            wait = RoomTask();
        }

        if (announce) _owner.PostReports(this);
        return wait is null ? ValueTask.CompletedTask : new ValueTask(wait.WaitAsync(cancellationToken));
    }

    private void Enqueue(string stream, ReadOnlySpan<byte> text)
    {
        var total = _output.Recorded + _error.Recorded;
        // Once something is dropped all is, also where a short text would still fit: nothing stands after a hole.
        var allowed = _dropped > 0 ? 0 : (int)Math.Min(text.Length, Math.Max(0, _maxBytes - total));
        var rest = text.Length - allowed;
        if (rest > 0)
        {
            // Cut between characters, so that what is recorded stays valid.
            while (allowed > 0 && (text[allowed] & 0xC0) == 0x80) allowed--;
            rest = text.Length - allowed;
            text = text[..allowed];
        }

        Record(stream, text);
        if (rest > 0 && _dropped == 0)
        {
            // Said at once, since who prints so much may never end; how much it was is said at the end.
            Warn($"Output has come to its limit of {_maxBytes} bytes; what is printed from here on is dropped.");
        }

        _dropped += rest;
    }

    private void Warn(string message)
    {
        _reports.Enqueue(new Report(new StageLogged { Level = "warning", Message = message }, WarningSize));
        _tail = null;
        _waitingBytes += WarningSize;
    }

    private void Record(string stream, ReadOnlySpan<byte> text)
    {
        (stream == "output" ? _output : _error).Recorded += text.Length;
        _waitingBytes += text.Length;
        while (!text.IsEmpty)
        {
            if (_tail is null || _tail.Stream != stream || !_tail.HasRoom)
            {
                _tail = new Report(stream);
                _reports.Enqueue(_tail);
            }

            text = _tail.Append(text);
        }
    }

    private bool Announce()
    {
        if (_announced || _reports.Count == 0) return false;
        _announced = true;
        return true;
    }

    private Task? RoomTask()
    {
        if (_waitingBytes < _options.MaxWaitingBytes && _reports.Count < _options.MaxWaitingItems) return null;
        _room ??= new TaskCompletionSource(_owner.Parts.Continuations);
        return _room.Task;
    }

    private string Mask(string text) => ExecutionLimits.Cut(_secrets.MaskText(text), EngineLimits.MaxMessageChars);

    private Payload? Mask(JsonElement? value) =>
        value is { ValueKind: not JsonValueKind.Undefined } element
            ? Payload.FromJson(_secrets.MaskJson(JsonSerializer.SerializeToUtf8Bytes(element, PayloadJsonContext.Relaxed.JsonElement)))
            : null;

    /// <summary>One stream on its way: secrets are masked, then bytes become valid text.</summary>
    private sealed class Channel(string name, SecretPatterns secrets)
    {
        private readonly SecretMasker _masker = new(secrets);
        private readonly Utf8Splitter _splitter = new();
        private readonly ArrayBufferWriter<byte> _masked = new();

        public string Name => name;

        public long Recorded { get; set; }

        public void Push(ReadOnlySpan<byte> bytes, ArrayBufferWriter<byte> output)
        {
            _masked.ResetWrittenCount();
            _masker.Push(bytes, _masked);
            _splitter.Push(_masked.WrittenSpan, output);
        }

        public void Flush(ArrayBufferWriter<byte> output)
        {
            _masked.ResetWrittenCount();
            _masker.Flush(_masked);
            _splitter.Push(_masked.WrittenSpan, output);
            _splitter.Flush(output);
        }
    }

    /// <summary>Text of one stream, at most <see cref="EngineLimits.MaxTextBytes"/>, or one other report.</summary>
    private sealed class Report
    {
        private byte[] _text = [];

        public Report(string stream) => Stream = stream;

        public Report(EventData data, int size) => (Data, Size) = (data, size);

        public string? Stream { get; }

        public EventData? Data { get; }

        public int Size { get; private set; }

        // The longest character takes four bytes: less room than that may not fit the next one.
        public bool HasRoom => Size <= EngineLimits.MaxTextBytes - 4;

        public ReadOnlyMemory<byte> Text => _text.AsMemory(0, Size);

        /// <summary>Adds as many whole characters as fit and gives back the rest.</summary>
        public ReadOnlySpan<byte> Append(ReadOnlySpan<byte> text)
        {
            var take = Math.Min(text.Length, EngineLimits.MaxTextBytes - Size);
            while (take < text.Length && take > 0 && (text[take] & 0xC0) == 0x80) take--;
            if (_text.Length < Size + take) Array.Resize(ref _text, Math.Max(Size + take, Math.Min(EngineLimits.MaxTextBytes, _text.Length * 2)));
            text[..take].CopyTo(_text.AsSpan(Size));
            Size += take;
            return text[take..];
        }
    }
}
