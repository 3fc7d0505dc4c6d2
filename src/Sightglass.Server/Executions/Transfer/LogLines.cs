using System.Runtime.CompilerServices;
using Sightglass.Core.Ports;

namespace Sightglass.Server.Executions.Transfer;

/// <summary>The events of a log, line by line, up to where it stood when the reading began.</summary>
internal sealed class LogLines(IEventStore store, Guid id, long last)
{
    private const int PageBytes = 256 * 1024;

    /// <summary>Gives each event without its line end; a line is good until the next is asked for.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long cursor = 0;
        while (cursor < last)
        {
            var page = await store.ReadAsync(id, cursor, BlockFilter.All, PageBytes, cancellationToken).ConfigureAwait(false);
            if (page.Blocks.Count == 0) yield break;
            foreach (var block in page.Blocks)
            {
                var (rest, seq) = (block.Bytes, block.FirstSeq);
                while (!rest.IsEmpty && seq <= last)
                {
                    var end = rest.Span.IndexOf((byte)'\n');
                    yield return rest[..end];
                    rest = rest[(end + 1)..];
                    seq++;
                }

                cursor = block.LastSeq;
            }
        }
    }
}
