namespace Sightglass.Core.Expressions;

/// <summary>The outcome of an evaluation: a value or an error.</summary>
public readonly record struct CelResult
{
    private readonly CelError? _error;

    internal CelResult(in CelValue value) => Value = value;

    internal CelResult(CelError error) => _error = error;

    /// <summary>Gets a value indicating whether the evaluation failed.</summary>
    public bool IsError => _error is not null;

    /// <summary>Gets the value; null of the language when the evaluation failed.</summary>
    public CelValue Value { get; }

    /// <summary>Gets the error.</summary>
    /// <exception cref="InvalidOperationException">The evaluation succeeded.</exception>
    public CelError Error => _error ?? throw new InvalidOperationException("The evaluation succeeded: read Value.");
}
