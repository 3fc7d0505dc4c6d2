using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sightglass.Core.Expressions;

namespace Sightglass.Core.Stages.Shell;

/// <summary>Makes a stage's result of what came of its child.</summary>
internal static class ShellResult
{
    private static readonly JsonWriterOptions s_writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static StageResult Make(StageRun run, ShellEnd end, TimeSpan duration, ShellStageOptions options)
    {
        var error = end.Error.ToUtf8(options.KeepBytes);
        var isJson = run.Definition.Output?.Format == "json";
        var (json, jsonProblem) = isJson ? ReadJson(end.Output) : default;
        if (json is not null)
            jsonProblem = OutputCheck.Check(run.Definition.Output, json.RootElement);
        using (json)
        {
            var problem = ExitProblem(end) ?? (end.Stopped ? null : jsonProblem);
            var output = Write(end, end.Output.ToUtf8(options.KeepBytes), error, json);
            return new StageResult
            {
                Outcome = end.Stopped ? StageOutcome.Cancelled : problem is null ? StageOutcome.Completed : StageOutcome.Failed,
                Output = output,
                Error = end.Stopped || problem is null ? null : problem with { Detail = problem.Detail ?? LastLines(error) },
                Resources = new ResourceUsage(end.CpuMs, end.PeakMemoryBytes, duration > TimeSpan.Zero ? end.CpuMs / duration.TotalMilliseconds * 100 : 0),
            };
        }
    }

    private static StageError? ExitProblem(ShellEnd end) => end.Exit switch
    {
        null => null,
        { Code: 0, Signal: 0 } => null,
        { Code: < 0 } => new StageError("exit_unknown", "The process ended, but another part of this program collected its exit code."),
        { Signal: > 0 and var signal } => new StageError("killed_by_signal", $"killed by {SignalName(signal)}{(signal == LibC.SigKill ? "; the system does that when memory runs out" : "")}"),
        { Code: var code } => new StageError("exit_code", $"exited with {code}"),
    };

    private static (JsonDocument? Json, StageError? Problem) ReadJson(TailBuffer output)
    {
        if (output.IsCut)
            return (null, new StageError("output_not_json", "Standard output is too long to be read as JSON; write it to a file and print the file's path."));
        var text = output.ToUtf8(int.MaxValue);
        try
        {
            return (JsonDocument.Parse(JsonText.Mend(text)), null);
        }
        catch (JsonException e)
        {
            var message = text.AsSpan().Trim(" \r\n\t"u8).IsEmpty ? "Standard output is empty, JSON was expected." : $"Standard output is no JSON: {e.Message}";
            return (null, new StageError("output_not_json", message));
        }
    }

    private static ReadOnlyMemory<byte> Write(ShellEnd end, byte[] output, byte[] error, JsonDocument? json)
    {
        var buffer = new ArrayBufferWriter<byte>(output.Length + error.Length + 256);
        using var writer = new Utf8JsonWriter(buffer, s_writer);
        writer.WriteStartObject();
        if (end.Exit is { Code: >= 0 and var code })
            writer.WriteNumber("exitCode"u8, code);
        else
            writer.WriteNull("exitCode"u8);
        writer.WriteString("stdout"u8, output);
        writer.WriteString("stderr"u8, error);
        if (json is not null)
        {
            writer.WritePropertyName("json"u8);
            json.WriteTo(writer);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static string? LastLines(byte[] error)
    {
        var text = Encoding.UTF8.GetString(error.AsSpan(Math.Max(0, error.Length - ShellLimits.MaxDetailLength))).TrimEnd();
        var lines = text.Split('\n');
        var last = string.Join('\n', lines[Math.Max(0, lines.Length - ShellLimits.MaxDetailLines)..]).TrimStart('\uFFFD');
        return last.Length == 0 ? null : last;
    }

    private static string SignalName(int signal) => signal switch
    {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        _ => $"signal {signal}",
    };
}
