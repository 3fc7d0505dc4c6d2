using System.Text.Json;

namespace Sightglass.Cli.Client;

/// <summary>A frame of the overview.</summary>
/// <param name="Name">What kind it is: empty for a change of an execution, else as the server calls it.</param>
/// <param name="Id">Where a reader is who has it.</param>
/// <param name="Data">What it says; <see langword="null"/> for a sign of life.</param>
internal sealed record FeedFrame(string Name, string? Id, JsonElement? Data);
