namespace Sightglass.Core.Ports;

/// <summary>How an excerpt is to be shown.</summary>
public enum ExcerptKind
{
    /// <summary>Plain text.</summary>
    Text,

    /// <summary>Text that begins with a fence of Markdown: code.</summary>
    Code,

    /// <summary>JSON; where it was cut, the beginning of it.</summary>
    Json,
}
