using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Server.Executions.Recorded;

/// <summary>What one attempt printed, read from the log a piece at a time.</summary>
/// <param name="store">Where the log is.</param>
/// <param name="id">The execution.</param>
/// <param name="stage">Key of the stage.</param>
/// <param name="attempt">The attempt.</param>
/// <param name="stream"><c>output</c> or <c>error</c>; empty for both as they came.</param>
/// <param name="at">The last event that counts.</param>
internal sealed class PrintedText(IEventStore store, Guid id, string stage, int attempt, string stream, long at)
{
    private const int ReadBytes = 256 * 1024;

    /// <summary>Counts its bytes.</summary>
    public async Task<long> MeasureAsync(CancellationToken cancellationToken)
    {
        long total = 0;
        await ReadAsync(text => total += Encoding.UTF8.GetByteCount(text), static () => false, static _ => ValueTask.CompletedTask, cancellationToken).ConfigureAwait(false);
        return total;
    }

    /// <summary>Sends a part of it while it is read: it may be a gigabyte.</summary>
    public Task CopyAsync(PipeWriter output, ByteRange range, CancellationToken cancellationToken)
    {
        var (skip, left) = (range.Offset, range.Length);
        return ReadAsync(Take, () => left <= 0, async cancel => await output.FlushAsync(cancel).ConfigureAwait(false), cancellationToken);

        void Take(string text)
        {
            var piece = Encoding.UTF8.GetBytes(text).AsSpan();
            var skipped = (int)Math.Min(skip, piece.Length);
            skip -= skipped;
            var taken = (int)Math.Min(left, piece.Length - skipped);
            left -= taken;
            output.Write(piece.Slice(skipped, taken));
        }
    }

    private async Task ReadAsync(Action<string> take, Func<bool> isDone, Func<CancellationToken, ValueTask> afterPage, CancellationToken cancellationToken)
    {
        long cursor = 0;
        while (!isDone() && cursor < at)
        {
            var page = await store.ReadAsync(id, cursor, BlockFilter.All, ReadBytes, cancellationToken).ConfigureAwait(false);
            if (page.Blocks.Count == 0) return;
            foreach (var block in page.Blocks)
            {
                cursor = block.LastSeq;
                if (block.Kind != BlockKind.Report) continue;
                foreach (var e in EventJson.ReadBlock(block.Bytes))
                {
                    if (e.Seq <= at && e.Data is StageOutputWritten written && e.Stage == stage && e.Attempt == attempt && (stream.Length == 0 || written.Stream == stream)) take(written.Text);
                }
            }

            await afterPage(cancellationToken).ConfigureAwait(false);
        }
    }
}
