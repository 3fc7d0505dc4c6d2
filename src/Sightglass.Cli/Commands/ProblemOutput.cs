using System.Text.Json;
using Sightglass.Cli.LiveView;
using Sightglass.Core.Definitions;

namespace Sightglass.Cli.Commands;

/// <summary>Problems of a definition or an input, as text for people and as JSON for programs.</summary>
internal static class ProblemOutput
{
    public static void Write(Utf8JsonWriter writer, Problem problem)
    {
        writer.WriteStartObject();
        writer.WriteString("code"u8, problem.Code);
        writer.WriteString("severity"u8, problem.Severity == ProblemSeverity.Error ? "error"u8 : "warning"u8);
        writer.WriteString("message"u8, problem.Message);
        writer.WriteString("suggestion"u8, problem.Suggestion);
        writer.WriteString("file"u8, problem.File);
        writer.WriteNumber("line"u8, problem.Line);
        writer.WriteNumber("column"u8, problem.Column);
        writer.WriteString("path"u8, problem.Path);
        writer.WriteEndObject();
    }

    /// <summary>Makes the refusal of a run.</summary>
    public static CommandRefusedException Refuse(IReadOnlyList<Problem> problems, int exitCode = ExitCodes.Invalid) => new(exitCode, string.Join(Environment.NewLine, problems.Select(p => TerminalText.Clean(p.ToString()))));

    /// <summary>Gives the line of a problem that came as JSON.</summary>
    public static string Describe(JsonElement problem) => TerminalText.Clean(Read(problem).ToString());

    /// <summary>Reads a problem that came as JSON.</summary>
    public static Problem Read(JsonElement problem) => new(
        problem.GetProperty("code"u8).GetString()!,
        problem.GetProperty("severity"u8).GetString() == "warning" ? ProblemSeverity.Warning : ProblemSeverity.Error,
        problem.GetProperty("message"u8).GetString()!,
        problem.GetProperty("suggestion"u8).GetString(),
        problem.GetProperty("file"u8).GetString() ?? "",
        problem.GetProperty("line"u8).GetInt32(),
        problem.GetProperty("column"u8).GetInt32(),
        problem.GetProperty("path"u8).GetString() ?? "");
}
