namespace Sightglass.Core.Definitions;

/// <summary>An address that is told about results.</summary>
public sealed record WebhookDefinition : ExtensibleDefinition
{
    /// <summary>Gets the address, http or https; <c>${{ secrets.NAME }}</c> may stand in it.</summary>
    public string Url { get; set; } = "";

    /// <summary>Gets what it is told about: <c>completed</c>, <c>failed</c>, <c>cancelled</c>, <c>stage.completed</c>, <c>stage.failed</c>.
    /// Without a list it is <c>completed</c>, <c>failed</c> and <c>cancelled</c>.</summary>
    public IReadOnlyList<string> On { get; set; } = [];

    /// <summary>Gets the stages whose results are told; all of them where there is no list.</summary>
    public IReadOnlyList<string> Stages { get; set; } = [];

    /// <summary>Gets headers to send; <c>${{ secrets.NAME }}</c> may stand in them.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; set; } = EmptyOf<string>.Value;

    /// <summary>Gets the key of the signature, as <c>${{ secrets.NAME }}</c>; without one there is no signature.</summary>
    public string? Secret { get; set; }
}
