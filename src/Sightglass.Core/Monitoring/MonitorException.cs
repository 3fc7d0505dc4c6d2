namespace Sightglass.Core.Monitoring;

/// <summary>A report that a monitor cannot record; nothing of it is recorded. The message says what to change.</summary>
public sealed class MonitorException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="code">Stable code, listed in <c>docs/reference/errors.md</c>.</param>
    /// <param name="message">What is wrong and what to change.</param>
    public MonitorException(string code, string message)
        : base(message) => Code = code;

    /// <summary>Gets the stable code.</summary>
    public string Code { get; }
}
