namespace Sightglass.Core.Expressions;

/// <summary>The math extension.</summary>
internal static class CelMathFunctions
{
    internal static IEnumerable<CelFunction> All { get; } =
    [
        new("math.greatest", false, 1, int.MaxValue, (f, a) => Extreme("math.greatest", f, a, 1)),
        new("math.least", false, 1, int.MaxValue, (f, a) => Extreme("math.least", f, a, -1)),
        OfDouble("math.ceil", Math.Ceiling),
        OfDouble("math.floor", Math.Floor),
        OfDouble("math.round", x => Math.Round(x, MidpointRounding.AwayFromZero)),
        OfDouble("math.trunc", Math.Truncate),
        Test("math.isNaN", double.IsNaN),
        Test("math.isInf", double.IsInfinity),
        Test("math.isFinite", double.IsFinite),
        new("math.abs", false, 1, 1, Abs),
        new("math.sign", false, 1, 1, Sign),
        new("math.sqrt", false, 1, 1, Sqrt),
        OfBits("math.bitAnd", (x, y) => x & y),
        OfBits("math.bitOr", (x, y) => x | y),
        OfBits("math.bitXor", (x, y) => x ^ y),
        new("math.bitNot", false, 1, 1, Not),
        new("math.bitShiftLeft", false, 2, 2, (_, a) => Shift("math.bitShiftLeft", a, left: true)),
        new("math.bitShiftRight", false, 2, 2, (_, a) => Shift("math.bitShiftRight", a, left: false)),
    ];

    private static CelValue Extreme(string name, EvalFrame frame, ReadOnlySpan<CelValue> args, int sign)
    {
        var items = args.Length == 1 && args[0].Kind == CelKind.List ? args[0].ListUnsafe.Items : args;
        if (items.Length == 0)
            return CelFault.Of(CelErrorCodes.InvalidArgument, $"'{name}' needs at least one number");
        if (!frame.Charge(items.Length))
            return CelFault.Budget();
        var best = items[0];
        foreach (ref readonly var item in items)
        {
            if (!item.IsNumber)
                return item.Kind == CelKind.Opaque ? CelFault.Secret() : CelFault.Overload($"'{name}'", "int, uint or double", item);
            if (CelValue.CompareNumbers(item, best) == sign)
                best = item;
        }

        return best;
    }

    private static CelFunction OfDouble(string name, Func<double, double> map) => new(name, false, 1, 1, (_, args) =>
        args[0].Kind == CelKind.Double ? CelValue.Double(map(args[0].DoubleUnsafe)) : CelFunction.Wrong(name, "double", args));

    private static CelFunction Test(string name, Func<double, bool> test) => new(name, false, 1, 1, (_, args) =>
        args[0].Kind == CelKind.Double ? CelValue.Bool(test(args[0].DoubleUnsafe)) : CelFunction.Wrong(name, "double", args));

    private static CelFunction OfBits(string name, Func<long, long, long> map) => new(name, false, 2, 2, (_, args) =>
        (args[0].Kind, args[1].Kind) switch
        {
            (CelKind.Int, CelKind.Int) => CelValue.Int(map(args[0].IntUnsafe, args[1].IntUnsafe)),
            (CelKind.Uint, CelKind.Uint) => CelValue.Uint((ulong)map(args[0].IntUnsafe, args[1].IntUnsafe)),
            _ => CelFunction.Wrong(name, "(int, int) or (uint, uint)", args),
        });

    private static CelValue Abs(EvalFrame frame, ReadOnlySpan<CelValue> args) => args[0].Kind switch
    {
        CelKind.Uint => args[0],
        CelKind.Double => CelValue.Double(Math.Abs(args[0].DoubleUnsafe)),
        CelKind.Int => args[0].IntUnsafe == long.MinValue ? CelFault.Overflow("int") : CelValue.Int(Math.Abs(args[0].IntUnsafe)),
        _ => CelFunction.Wrong("math.abs", "int, uint or double", args),
    };

    private static CelValue Sign(EvalFrame frame, ReadOnlySpan<CelValue> args) => args[0].Kind switch
    {
        CelKind.Uint => CelValue.Uint(args[0].UintUnsafe == 0 ? 0UL : 1UL),
        CelKind.Double => CelValue.Double(double.IsNaN(args[0].DoubleUnsafe) ? double.NaN : Math.Sign(args[0].DoubleUnsafe)),
        CelKind.Int => CelValue.Int(Math.Sign(args[0].IntUnsafe)),
        _ => CelFunction.Wrong("math.sign", "int, uint or double", args),
    };

    private static CelValue Sqrt(EvalFrame frame, ReadOnlySpan<CelValue> args) => args[0].Kind switch
    {
        CelKind.Uint => CelValue.Double(Math.Sqrt(args[0].UintUnsafe)),
        CelKind.Double => CelValue.Double(Math.Sqrt(args[0].DoubleUnsafe)),
        CelKind.Int => CelValue.Double(Math.Sqrt(args[0].IntUnsafe)),
        _ => CelFunction.Wrong("math.sqrt", "int, uint or double", args),
    };

    private static CelValue Not(EvalFrame frame, ReadOnlySpan<CelValue> args) => args[0].Kind switch
    {
        CelKind.Int => CelValue.Int(~args[0].IntUnsafe),
        CelKind.Uint => CelValue.Uint(~args[0].UintUnsafe),
        _ => CelFunction.Wrong("math.bitNot", "int or uint", args),
    };

    private static CelValue Shift(string name, ReadOnlySpan<CelValue> args, bool left)
    {
        if (args[0].Kind is not (CelKind.Int or CelKind.Uint) || args[1].Kind != CelKind.Int)
            return CelFunction.Wrong(name, "(int, int) or (uint, int)", args);
        var by = args[1].IntUnsafe;
        if (by < 0)
            return CelFault.Of(CelErrorCodes.InvalidArgument, $"'{name}' has a negative offset: {by}");
        var bits = args[0].IntUnsafe;
        var beyond = by > 63;
        if (args[0].Kind == CelKind.Uint)
            return CelValue.Uint(beyond ? 0 : left ? (ulong)bits << (int)by : (ulong)bits >> (int)by);
        return CelValue.Int(beyond ? 0 : left ? bits << (int)by : bits >>> (int)by);
    }
}
