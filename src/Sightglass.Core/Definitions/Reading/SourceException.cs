namespace Sightglass.Core.Definitions;

/// <summary>Ends the reading of a file at the first place after which its structure is unknown. Never leaves the reader.</summary>
internal sealed class SourceException(string code, string message, string? suggestion, int line, int column) : Exception(message)
{
    public string Code { get; } = code;

    public string? Suggestion { get; } = suggestion;

    public int Line { get; } = line;

    public int Column { get; } = column;
}
