using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;
using Sightglass.Core.Monitoring.Runs;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Executions;

/// <summary>Makes of the log of an execution that ran elsewhere one that can be read here and never runs: it has ended, its
/// trigger says that it was imported, and nobody is told of its results.</summary>
public static class ForeignLog
{
    /// <summary>The label that says who imported an execution.</summary>
    public const string Label = "imported-by";

    /// <summary>Checks a log whole and makes the append that creates it.</summary>
    /// <param name="lines">The events, one a line.</param>
    /// <param name="values">The values that they refer to, by reference.</param>
    /// <param name="organization">The organisation that it is to belong to, whatever it says itself.</param>
    /// <param name="by">Who imports it.</param>
    /// <returns>The append, or what is wrong with the log.</returns>
    public static (Append? Append, string? Wrong) Read(ReadOnlyMemory<byte> lines, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> values, string organization, string by)
    {
        ArgumentNullException.ThrowIfNull(values);
        try
        {
            foreach (var (reference, bytes) in values)
            {
                if (reference != "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes.Span))) return (null, $"the value {reference} is not what its name says");
            }

            return new Reading(values, organization, by).Read(lines);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or InvalidOperationException or ArgumentException or FormatException or KeyNotFoundException or OverflowException)
        {
            return (null, "the log cannot be read: " + e.Message);
        }
    }

    private sealed class Reading(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> values, string organization, string by)
    {
        private readonly ExecutionState _state = new();
        private readonly List<AppendBlock> _blocks = [];
        private readonly HashSet<string> _references = new(StringComparer.Ordinal);
        private ArrayBufferWriter<byte> _open = new();
        private BlockKind _kind;
        private int _count;

        public (Append? Append, string? Wrong) Read(ReadOnlyMemory<byte> lines)
        {
            if (!Utf8.IsValid(lines.Span)) return (null, "the log is not UTF-8 text");
            while (!lines.IsEmpty)
            {
                var end = lines.Span.IndexOf((byte)'\n');
                var line = end < 0 ? lines : lines[..end];
                lines = end < 0 ? default : lines[(end + 1)..];
                if (Take(line) is { } wrong) return (null, $"event {_state.LastSeq + 1}: {wrong}");
            }

            if (_state.LastSeq == 0) return (null, "the log is empty");
            if (!_state.Status.IsTerminal()) return (null, "the execution has not ended; export it again when it has");
            if (_references.FirstOrDefault(reference => !values.ContainsKey(reference)) is { } missing) return (null, $"the value {missing} is missing");
            Close();
            return (new Append
            {
                ExecutionId = _state.Id,
                Epoch = 1,
                ExpectedLast = 0,
                Blocks = _blocks,
                Values = [.. _references.Select(reference => new StoredValue(reference, values[reference]))],
                Summary = ExecutionSummary.Of(_state),
            }, null);
        }

        private string? Take(ReadOnlyMemory<byte> line)
        {
            if (line.Length > EventJson.MaxEventBytes) return $"it has {line.Length:N0} bytes; {EventJson.MaxEventBytes:N0} are allowed";
            var e = ForeignEvent.Read(line.Span, out var isWhole);
            if (e.Seq != _state.LastSeq + 1) return $"its seq is {e.Seq}";
            if (_state.LastSeq > 0 && e.ExecutionId != _state.Id) return "it belongs to another execution";
            if (e.Time < _state.LastTime) return "its time is before that of the event before";
            if ((e.Seq == 1) != (e.Data is ExecutionCreated)) return "a log begins with execution.created, and has it once";
            if (_state.LastSeq > 0 && _state.Status.IsTerminal() && e.Data is not ExecutionReopened) return "it follows the end of the execution";
            if (e.Data is ExecutionCreated created) e = e with { Data = Foreign(created) };
            ReferenceScan.Collect(line.Span, _references);
            _state.Apply(e);
            if (e.Data is ExecutionCreated { Plan.Reference: { } plan })
            {
                if (!values.TryGetValue(plan, out var json)) return $"the plan {plan} is missing";
                _state.ApplyPlan(json.Span);
            }

            var kind = e.Data.IsDecision ? BlockKind.Decision : BlockKind.Report;
            if (_count > 0 && (kind != _kind || _open.WrittenCount + line.Length > TransferLimits.BlockBytes)) Close();
            _kind = kind;
            _count++;
            if (!isWhole || e.Data is ExecutionCreated) EventJson.WriteLine(_open, e);
            else _open.Write([.. line.Span, (byte)'\n']);
            return null;
        }

        // What would reach out of the log is left behind: folders and groups of another machine, and who was to be told.
        private ExecutionCreated Foreign(ExecutionCreated created)
        {
            var labels = (created.Labels ?? ImmutableDictionary<string, string>.Empty).Where(l => l.Key != Label).Take(StartRequest.MaxLabels - 1).ToDictionary(StringComparer.Ordinal);
            labels[Label] = by;
            return created with
            {
                Trigger = ExternalRuns.Imported,
                Organization = organization,
                Labels = labels,
                WebhookUrl = null,
                ExternalId = null,
                Parent = null,
                Depth = 0,
                Group = null,
                Schedule = null,
                Breakpoints = null,
                BaseFolder = null,
            };
        }

        private void Close()
        {
            var first = _blocks.Count == 0 ? 1 : _blocks[^1].FirstSeq + _blocks[^1].Count;
            _blocks.Add(new AppendBlock(_kind, first, _count, _open.WrittenMemory));
            _open = new ArrayBufferWriter<byte>();
            _count = 0;
        }
    }
}
