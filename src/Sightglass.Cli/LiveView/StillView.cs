namespace Sightglass.Cli.LiveView;

/// <summary>The whole tree, once.</summary>
internal sealed class StillView(TextWriter output, FrameRenderer renderer, bool isRedirected) : ExecutionView
{
    public override ValueTask EndAsync(ExecutionModel model)
    {
        var columns = isRedirected ? int.MaxValue : TerminalScreen.Size.Columns;
        foreach (var line in renderer.DrawWhole(model, columns, TimeProvider.System.GetUtcNow())) output.WriteLine(line);
        output.Flush();
        return ValueTask.CompletedTask;
    }

    public override void Say(string message) => output.WriteLine(message);
}
