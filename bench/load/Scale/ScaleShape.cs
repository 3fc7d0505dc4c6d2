using System.Globalization;
using System.Text.Json;
using Sightglass.Core.Definitions;

namespace Sightglass.Load.Scale;

/// <summary>Pipelines of any size and one form.</summary>
/// <param name="Name">Name of the form.</param>
/// <param name="Make">Makes the pipeline of about so many stages.</param>
internal sealed record ScaleShape(string Name, Func<int, PipelineDefinition> Make)
{
    private const int LayerWidth = 10;

    public static IReadOnlyList<ScaleShape> All { get; } =
    [
        new("chain", size => Pipeline(Enumerable.Range(0, size).Select(i => Stage(i, i == 0 ? [] : [Id(i - 1)])))),
        new("fan", size => Pipeline([.. Enumerable.Range(0, size - 1).Select(i => Stage(i, [])), Stage(size - 1, [.. Enumerable.Range(0, size - 1).Select(Id)])])),
        new("layers", size => Pipeline(Enumerable.Range(0, size).Select(i => Stage(i, i < LayerWidth ? [] : [.. Enumerable.Range(((i / LayerWidth) - 1) * LayerWidth, LayerWidth).Select(Id)])))),
        new("foreach", size => Pipeline([ForEach("all", size)])),
        new("any", size => Pipeline([.. Enumerable.Range(0, size - 1).Select(i => Stage(i, [])), AnyOf(size - 1)])),
    ];

    /// <summary>Makes a pipeline of a few stages with very many instances.</summary>
    public static PipelineDefinition Instances(int stages, int each)
    {
        var list = Enumerable.Range(0, stages).Select(i => ForEach(Id(i), each)).ToList();
        for (var i = 1; i < stages; i++) list[i].Needs = [Id(i - 1)];
        return Pipeline(list);
    }

    private static PipelineDefinition Pipeline(IEnumerable<StageDefinition> stages) => new() { Id = "scale", Stages = [.. stages] };

    private static StageDefinition Stage(int i, IReadOnlyList<string> needs) => new() { Id = Id(i), Type = "code", Needs = needs, Code = new CodeDefinition { Name = "noop" } };

    private static StageDefinition ForEach(string id, int count) => new()
    {
        Id = id,
        Type = "code",
        ForEach = JsonSerializer.SerializeToElement(Enumerable.Range(0, count)),
        Code = new CodeDefinition { Name = "noop" },
    };

    // All of them, in pairs of which one is enough: a tree whose answer comes with the last leaf.
    private static StageDefinition AnyOf(int count) => new()
    {
        Id = Id(count),
        Type = "code",
        Triggers = new TriggerDefinition { All = [.. Enumerable.Range(0, count).Chunk(2).Select(pair => new TriggerDefinition { Any = [.. pair.Select(i => new TriggerDefinition { Completed = Id(i) })] })] },
        Code = new CodeDefinition { Name = "noop" },
    };

    private static string Id(int i) => string.Create(CultureInfo.InvariantCulture, $"s{i}");
}
