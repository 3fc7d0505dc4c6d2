namespace Sightglass.Core.Definitions;

/// <summary>Where a pipeline written in C# begins: <c>Pipeline.Create("hello").Shell("greet", "echo Hello").Build()</c>.</summary>
public static class Pipeline
{
    /// <summary>Begins a pipeline.</summary>
    /// <param name="id">The id: letters, digits and <c>-</c>.</param>
    public static PipelineBuilder Create(string id) => new(id);
}
