using System.Text.Json;

namespace Sightglass.Core.Stages.Code;

/// <summary>What a code stage gets to work with.</summary>
public sealed class CodeContext
{
    private CodeWriter? _output;
    private CodeWriter? _error;

    internal CodeContext(StageRun run, CancellationToken cancellationToken) => (Run, CancellationToken) = (run, cancellationToken);

    /// <summary>Gets the attempt.</summary>
    public StageRun Run { get; }

    /// <summary>Gets the token that says the attempt is to stop.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Gets the stage's <c>input</c>, templates resolved; undefined where there is none.</summary>
    public JsonElement Input => Run.Input.ValueKind == JsonValueKind.Object && Run.Input.TryGetProperty("input", out var input) ? input : default;

    /// <summary>Gets the writer of the stage's output; each write is shown at once.</summary>
    public CodeWriter Output => _output ??= new CodeWriter(Run.Output, OutputStream.Output, CancellationToken);

    /// <summary>Gets the writer of the stage's error stream.</summary>
    public CodeWriter Error => _error ??= new CodeWriter(Run.Output, OutputStream.Error, CancellationToken);

    /// <summary>Reads the input as a type; its property names are matched without regard to case.</summary>
    /// <exception cref="JsonException">The input does not fit the type.</exception>
    public T? InputAs<T>() => Input.ValueKind == JsonValueKind.Undefined ? default : Input.Deserialize<T>(CodeRegistry.Json);

    /// <summary>Adds a log line.</summary>
    public ValueTask LogAsync(string message, LogSeverity level = LogSeverity.Info, JsonElement? fields = null) =>
        Run.Output.LogAsync(level, message, fields, CancellationToken);

    /// <summary>Reports progress.</summary>
    /// <param name="fraction">0 to 1.</param>
    /// <param name="message">What is being done.</param>
    public ValueTask ProgressAsync(double fraction, string? message = null) => Run.Output.ProgressAsync(fraction, message, CancellationToken);
}
