using System.IO.Compression;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Server.Executions.Transfer;

/// <summary>Reads a zip that came from outside. Nothing of it touches the disk: names are compared, never used as paths; and
/// what it unpacks to is counted while it is unpacked, whatever its headers say.</summary>
internal sealed class DumpReader
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _values = new(StringComparer.Ordinal);
    private ReadOnlyMemory<byte>? _manifest;
    private ReadOnlyMemory<byte>? _events;
    private long _left = TransferLimits.MaxBytes;

    public ReadOnlyMemory<byte> Events => _events!.Value;

    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Values => _values;

    /// <summary>Unpacks it.</summary>
    /// <returns>What is wrong with it; nothing where it can be read.</returns>
    public async Task<(string Code, string Detail)?> ReadAsync(Stream zip, CancellationToken cancellationToken)
    {
        try
        {
            await using var archive = await ZipArchive.CreateAsync(zip, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellationToken).ConfigureAwait(false);
            if (archive.Entries.Count > TransferLimits.MaxValues + 2) return Invalid($"it has {archive.Entries.Count:N0} files");
            foreach (var entry in archive.Entries)
            {
                if (await TakeAsync(entry, cancellationToken).ConfigureAwait(false) is { } wrong) return wrong;
            }
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or IOException or ArgumentException)
        {
            return Invalid(e.Message);
        }

        if (_manifest is null || _events is null) return Invalid($"it needs {Dump.Manifest} and {Dump.Events}");
        return CheckManifest();
    }

    private async Task<(string, string)?> TakeAsync(ZipArchiveEntry entry, CancellationToken cancellationToken)
    {
        var name = entry.FullName;
        var reference = name.StartsWith(Dump.Values, StringComparison.Ordinal) ? Dump.ReferenceOf(name[Dump.Values.Length..]) : null;
        var isValue = reference is not null && ValueReference.TryParse(reference, out _);
        if (!isValue && name is not (Dump.Manifest or Dump.Events)) return Invalid($"it holds '{(name.Length > 60 ? name[..60] + "…" : name)}', which does not belong there");
        if (await UnpackAsync(entry, cancellationToken).ConfigureAwait(false) is not { } content) return ("import_too_large", $"The file unpacks to more than {TransferLimits.MaxBytes:N0} bytes.");
        var isTwice = isValue ? !_values.TryAdd(reference!, content) : name == Dump.Manifest ? _manifest is not null : _events is not null;
        if (isTwice) return Invalid($"it holds '{name}' twice");
        if (name == Dump.Manifest) _manifest = content;
        if (name == Dump.Events) _events = content;
        return null;
    }

    private async Task<ReadOnlyMemory<byte>?> UnpackAsync(ZipArchiveEntry entry, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        await using var packed = await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
        var piece = new byte[64 * 1024];
        var sum = 0u;
        while (await packed.ReadAsync(piece, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            _left -= read;
            if (_left < 0) return null;
            content.Write(piece, 0, read);
            sum = ZipChecksum.Append(sum, piece.AsSpan(0, read));
        }

        if (sum != entry.Crc32) throw new InvalidDataException($"'{entry.FullName}' is damaged");
        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }

    private (string, string)? CheckManifest()
    {
        try
        {
            var reader = new Utf8JsonReader(_manifest!.Value.Span);
            var manifest = JsonElement.ParseValue(ref reader);
            var isOurs = manifest.ValueKind == JsonValueKind.Object && manifest.TryGetProperty("format"u8, out var format) && format.ValueKind == JsonValueKind.String && format.ValueEquals(Dump.Format);
            if (!isOurs) return Invalid("its manifest says that it is something else");
            var isKnown = manifest.TryGetProperty("version"u8, out var version) && version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) && number == Dump.Version;
            return isKnown ? null : Invalid($"its format is not version {Dump.Version}; a newer Sightglass wrote it");
        }
        catch (JsonException e)
        {
            return Invalid("its manifest is no JSON: " + e.Message);
        }
    }

    private static (string, string) Invalid(string why) => ("invalid_dump", $"The file is no dump of an execution: {why.TrimEnd('.')}.");
}
