using System.Text.Json;
using Sightglass.Cli.Client;
using Sightglass.Core.Definitions;

namespace Sightglass.Cli.Commands;

/// <summary>What to run and how to show it.</summary>
internal sealed record RunRequest
{
    public required string FileOrId { get; init; }

    public required JsonElement? Input { get; init; }

    public required IReadOnlyDictionary<string, string> Sets { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public required StagePriority Priority { get; init; }

    public required OutputChoice Output { get; init; }

    public required bool IsDetached { get; init; }

    public required string? Pipelines { get; init; }

    public required IReadOnlyCollection<string> AllowedHosts { get; init; }

    public required Target Target { get; init; }
}
