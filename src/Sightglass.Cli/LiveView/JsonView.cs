namespace Sightglass.Cli.LiveView;

/// <summary>The events, byte for byte as they are stored, a line each.</summary>
internal sealed class JsonView(Stream output, TextWriter error) : ExecutionView
{
    public override void ShowBytes(ReadOnlyMemory<byte> lines) => output.Write(lines.Span);

    public override void Say(string message) => error.WriteLine(message);
}
