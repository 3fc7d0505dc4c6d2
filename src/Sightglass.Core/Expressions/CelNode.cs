namespace Sightglass.Core.Expressions;

/// <summary>A compiled part of an expression. Immutable: any number of threads may evaluate it.</summary>
internal abstract class CelNode(int position)
{
    internal int Position { get; } = position;

    /// <summary>Gets a value indicating whether a <c>?.</c> to the left may have given null for "absent".</summary>
    internal virtual bool IsSafeChain => false;

    internal abstract CelValue Eval(EvalFrame frame);

    protected CelValue At(in CelValue value)
    {
        if (value.IsFault && value.FaultUnsafe.Position < 0)
            value.FaultUnsafe.Position = Position;
        return value;
    }

    protected CelValue Budget() => At(CelFault.Budget());
}
