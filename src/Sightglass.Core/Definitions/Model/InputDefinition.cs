using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>One declared input.</summary>
public sealed record InputDefinition : ExtensibleDefinition
{
    /// <summary>Gets the type: <c>string</c>, <c>number</c>, <c>integer</c>, <c>boolean</c>, <c>object</c>, <c>array</c> or <c>any</c>.</summary>
    /// <value><c>string</c>.</value>
    public string Type { get; set; } = "string";

    /// <summary>Gets whether a run must give it.</summary>
    public bool Required { get; set; }

    /// <summary>Gets what it is when a run does not give it.</summary>
    public JsonElement? Default { get; set; }

    /// <summary>Gets the values allowed; empty for any.</summary>
    public IReadOnlyList<JsonElement> Enum { get; set; } = [];

    /// <summary>Gets what it means.</summary>
    public string? Description { get; set; }

    /// <summary>Gets whether its value is kept out of the log.</summary>
    public bool Secret { get; set; }
}
