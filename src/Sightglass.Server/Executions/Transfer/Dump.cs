using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Sightglass.Core.Executions;

namespace Sightglass.Server.Executions.Transfer;

/// <summary>A zip of one execution: <c>manifest.json</c>, <c>events.ndjson</c> as the log stands, <c>values/</c> by hash. It is
/// written as it is sent, one value at a time.</summary>
internal sealed class Dump(ServerContext server, Guid id, long last, LogLines lines, IReadOnlyCollection<string> values)
{
    public const string Manifest = "manifest.json";
    public const string Events = "events.ndjson";
    public const string Values = "values/";

    /// <summary>What the manifest says it is.</summary>
    public const string Format = "sightglass.execution";

    /// <summary>The version of the format.</summary>
    public const int Version = 1;

    /// <summary>Lists the values that a log refers to; nothing where log or list are larger than an import takes.</summary>
    public static async Task<IReadOnlyCollection<string>?> CollectAsync(LogLines lines, CancellationToken cancellationToken)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        long bytes = 0;
        await foreach (var line in lines.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            bytes += line.Length;
            if (bytes > TransferLimits.MaxBytes || found.Count > TransferLimits.MaxValues) return null;
            ReferenceScan.Collect(line.Span, found);
        }

        return found;
    }

    /// <summary>Writes the zip.</summary>
    public async Task WriteAsync(Stream output, CancellationToken cancellationToken)
    {
        await using var zip = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, cancellationToken).ConfigureAwait(false);
        await using (var manifest = await OpenAsync(zip, Manifest, cancellationToken).ConfigureAwait(false))
            await manifest.WriteAsync(ManifestBytes(), cancellationToken).ConfigureAwait(false);
        await using (var events = await OpenAsync(zip, Events, cancellationToken).ConfigureAwait(false))
        {
            await foreach (var line in lines.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                await events.WriteAsync(line, cancellationToken).ConfigureAwait(false);
                events.WriteByte((byte)'\n');
            }
        }

        foreach (var reference in values)
        {
            await using var value = await OpenAsync(zip, Values + FileOf(reference), cancellationToken).ConfigureAwait(false);
            await CopyAsync(reference, value, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the name of a value's file; a colon is none that every system takes.</summary>
    public static string FileOf(string reference) => reference.Replace(':', '-');

    /// <summary>Gives the reference that a file's name stands for.</summary>
    public static string ReferenceOf(string file) => file.Replace('-', ':');

    // Old dates and times of machines say nothing here; the same execution gives the same zip.
    private static async Task<Stream> OpenAsync(ZipArchive zip, string name, CancellationToken cancellationToken)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CopyAsync(string reference, Stream target, CancellationToken cancellationToken)
    {
        for (long offset = 0; ;)
        {
            var piece = await server.Engine.Store.ReadValueAsync(reference, offset, ServerLimits.MaxValuePageBytes, cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidDataException($"The value {reference} of execution {id} is not in the store.");
            await target.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            offset += piece.Length;
            if (piece.Length < ServerLimits.MaxValuePageBytes) return;
        }
    }

    private byte[] ManifestBytes()
    {
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteString("format"u8, Format);
            writer.WriteNumber("version"u8, Version);
            writer.WriteString("executionId"u8, id);
            writer.WriteNumber("events"u8, last);
            writer.WriteNumber("values"u8, values.Count);
            writer.WriteString("exportedAt"u8, server.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }

        return output.ToArray();
    }
}
