namespace Sightglass.Core.Expressions;

/// <summary>Making and reading optionals; <c>or</c>, <c>orValue</c>, <c>optMap</c> and <c>optFlatMap</c> are nodes, as they are lazy.</summary>
internal static class CelOptionalFunctions
{
    internal static IEnumerable<CelFunction> All { get; } =
    [
        new("optional.none", false, 0, 0, (_, _) => CelValue.OptionalNone),
        new("optional.of", false, 1, 1, (frame, args) => frame.Fit(CelValue.OptionalOf(args[0]))),
        new("optional.ofNonZeroValue", false, 1, 1, (frame, args) => IsZero(args[0]) ? CelValue.OptionalNone : frame.Fit(CelValue.OptionalOf(args[0]))),
        new("optional.unwrap", false, 1, 1, Unwrap),
        new("unwrapOpt", true, 1, 1, Unwrap),
        new("hasValue", true, 1, 1, HasValue),
        new("value", true, 1, 1, Value),
    ];

    private static bool IsZero(in CelValue value) => value.Kind switch
    {
        CelKind.Null => true,
        CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.Duration => value.IntUnsafe == 0,
        CelKind.Double => value.DoubleUnsafe == 0,
        CelKind.String => value.StringUnsafe.Length == 0,
        CelKind.Bytes => value.BytesUnsafe.Length == 0,
        CelKind.List => value.ListUnsafe.Count == 0,
        CelKind.Map => value.MapUnsafe.Count == 0,
        CelKind.Timestamp => value.SecondsUnsafe == 0 && value.NanosUnsafe == 0,
        CelKind.Optional => !value.HasOptionalValue,
        _ => false,
    };

    private static CelValue HasValue(EvalFrame frame, ReadOnlySpan<CelValue> args) => args[0].Kind == CelKind.Optional
        ? CelValue.Bool(args[0].HasOptionalValue)
        : CelFunction.Wrong("hasValue", CelTypes.NameOf(CelKind.Optional), args);

    private static CelValue Value(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind != CelKind.Optional)
            return CelFunction.Wrong("value", CelTypes.NameOf(CelKind.Optional), args);
        return args[0].TryGetOptional(out var value) ? value : CelFault.Of(CelErrorCodes.InvalidArgument, "optional.none() dereference");
    }

    private static CelValue Unwrap(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind != CelKind.List)
            return CelFunction.Wrong("unwrapOpt", "list", args);
        var items = new List<CelValue>();
        foreach (ref readonly var item in args[0].ListUnsafe.Items)
        {
            if (!frame.Charge(1))
                return CelFault.Budget();
            if (item.Kind != CelKind.Optional)
                return CelFault.Overload("'unwrapOpt'", "list of optional_type", item);
            if (item.TryGetOptional(out var value))
                items.Add(value);
        }

        return frame.List([.. items]);
    }
}
