using System.Text.Json;

namespace Sightglass.Core.Tests.Expressions.Conformance;

/// <summary>A public case: an expression, what it sees and what it must give.</summary>
/// <param name="File">The file of the public suite it stands in.</param>
/// <param name="Id">File, section and name.</param>
/// <param name="Original">What its authors wrote: <c>expr</c>, <c>bindings</c>, <c>value</c>, <c>evalError</c> …</param>
/// <param name="HasTree">Whether the reference parser reads it.</param>
/// <param name="Error">What the reference parser or checker says against it, or nothing.</param>
internal sealed record ConformanceCase(string File, string Id, JsonElement Original, bool HasTree, string Error)
{
    public string Expression => Original.GetProperty("expr").GetString()!;

    public JsonElement? Get(string name) => Original.TryGetProperty(name, out var value) ? value : null;
}
