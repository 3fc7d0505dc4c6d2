namespace Sightglass.Core.Expressions;

/// <param name="Name">The name, with its namespace if it has one.</param>
/// <param name="IsMethod">Whether it is called on a receiver, which is then the first argument.</param>
/// <param name="Least">The fewest arguments, the receiver included.</param>
/// <param name="Most">The most arguments, the receiver included.</param>
/// <param name="Body">The function.</param>
internal sealed record CelFunction(string Name, bool IsMethod, int Least, int Most, CelFunction.Implementation Body)
{
    /// <summary>Computes a result; charges the frame for what it touches; leaves positions to the caller.</summary>
    internal delegate CelValue Implementation(EvalFrame frame, ReadOnlySpan<CelValue> args);

    /// <summary>Builds the fault of arguments no overload takes.</summary>
    internal static CelValue Wrong(string name, string expected, ReadOnlySpan<CelValue> args)
    {
        var found = args.Length == 1 ? args[0].TypeName : "(" + string.Join(", ", args.ToArray().Select(a => a.TypeName)) + ")";
        return CelFault.Overload($"'{name}'", expected, found);
    }
}
