using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>Signs and colours of the live view.</summary>
internal sealed class Palette(bool isColored)
{
    private const string Spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

    /// <summary>Cleans what a stage printed; its colours stay where ours do.</summary>
    public string Foreign(string text) => isColored ? TerminalText.Clean(text, keepColor: true) + "\e[0m" : TerminalText.Clean(text);

    public string Dim(string text) => Paint("2", text);

    public string Bold(string text) => Paint("1", text);

    public string Yellow(string text) => Paint("33", text);

    public string Green(string text) => Paint("32", text);

    public string Red(string text) => Paint("31", text);

    /// <summary>Gives the sign and the word of a stage's state; <paramref name="tick"/> turns the sign of what runs.</summary>
    public string State(StageStatus status, string word, int tick) => Paint(ColorOf(status), SignOf(status, tick) + " " + word);

    public string State(ExecutionStatus status, string word, int tick) => status switch
    {
        ExecutionStatus.Completed => Paint("1;32", "✓ " + word),
        ExecutionStatus.Failed => Paint("1;31", "✗ " + word),
        ExecutionStatus.Cancelled => Paint("1;35", "⊘ " + word),
        ExecutionStatus.Paused => Paint("1;33", "‖ " + word),
        ExecutionStatus.Running => Paint("1;36", Turning(tick) + " " + word),
        _ => "◌ " + word,
    };

    /// <summary>Draws a bar of a number of columns.</summary>
    public string Bar(double fraction, int columns, string color)
    {
        var full = (int)Math.Round(Math.Clamp(fraction, 0, 1) * columns);
        return Paint(color, new string('━', full)) + Dim(new string('─', columns - full));
    }

    /// <summary>Gives the sign of a stage type, one column wide.</summary>
    public static string TypeSign(string type) => type switch
    {
        "agent" => "✦",
        "shell" => "$",
        "http" => "⇅",
        "data" => "≡",
        "branch" => "◇",
        "wait" => "◷",
        "pipeline" => "▣",
        "code" => "λ",
        _ => "·",
    };

    public static string ColorOf(StageStatus status) => status switch
    {
        StageStatus.Running => "36",
        StageStatus.Completed => "32",
        StageStatus.Failed => "31",
        StageStatus.Cancelled => "35",
        StageStatus.Blocked => "33",
        StageStatus.Waiting => "33",
        _ => "2",
    };

    private static string SignOf(StageStatus status, int tick) => status switch
    {
        StageStatus.Running => Turning(tick),
        StageStatus.Completed => "✓",
        StageStatus.Failed => "✗",
        StageStatus.Cancelled => "⊘",
        StageStatus.Skipped => "–",
        StageStatus.Blocked => "◆",
        StageStatus.Waiting => "◔",
        StageStatus.Queued => "◌",
        _ => "○",
    };

    private static string Turning(int tick) => Spinner[tick % Spinner.Length].ToString();

    private string Paint(string code, string text) => isColored && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
