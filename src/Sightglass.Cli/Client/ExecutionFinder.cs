using System.Buffers;
using System.Text.Json;
using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Client;

/// <summary>Finds the execution that the user means: by its id, its beginning or end, or as the last one.</summary>
internal static class ExecutionFinder
{
    private const int LeastChars = 4;
    private static readonly SearchValues<char> IdLetters = SearchValues.Create("0123456789abcdefABCDEF-");

    public static async Task<Guid> FindAsync(ApiClient client, string given)
    {
        if (Guid.TryParseExact(given, "D", out var whole)) return whole;
        if (given == "last")
        {
            var newest = (await client.GetAsync("api/executions/history?limit=1").ConfigureAwait(false)).GetProperty("executions"u8);
            return newest.GetArrayLength() > 0 ? newest[0].GetProperty("id"u8).GetGuid() : throw new CommandRefusedException(ExitCodes.NotFound, "There is no execution yet; start one with: sightglass run FILE");
        }

        if (given.Length < LeastChars || given.AsSpan().IndexOfAnyExcept(IdLetters) >= 0)
            throw new CommandRefusedException(ExitCodes.NotFound, $"'{given}' is no id of an execution; give the id, at least {LeastChars} characters of its beginning or end, or 'last'. sightglass history lists them.");
        var found = await SearchAsync(client, given.ToLowerInvariant()).ConfigureAwait(false);
        return found.Count switch
        {
            1 => found[0],
            0 => throw new CommandRefusedException(ExitCodes.NotFound, $"There is no execution whose id begins or ends with '{given}'; sightglass history lists them."),
            _ => throw new CommandRefusedException(ExitCodes.NotFound, $"'{given}' fits {found.Count} executions; give more of one of these ids: {string.Join(", ", found.Take(5))}{(found.Count > 5 ? " …" : "")}"),
        };
    }

    private static async Task<List<Guid>> SearchAsync(ApiClient client, string part)
    {
        var found = new List<Guid>();
        string? cursor = null;
        for (var page = 0; page < CliLimits.MaxFinderPages; page++)
        {
            var list = await client.GetAsync("api/executions/history?limit=1000" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))).ConfigureAwait(false);
            foreach (var execution in list.GetProperty("executions"u8).EnumerateArray())
            {
                var id = execution.GetProperty("id"u8).GetString()!;
                if (id.StartsWith(part, StringComparison.Ordinal) || id.EndsWith(part, StringComparison.Ordinal)) found.Add(Guid.Parse(id));
            }

            cursor = list.TryGetProperty("next"u8, out var next) && next.ValueKind == JsonValueKind.String ? next.GetString() : null;
            if (cursor is null) break;
        }

        return found;
    }
}
