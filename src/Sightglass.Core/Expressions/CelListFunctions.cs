namespace Sightglass.Core.Expressions;

/// <summary>The list extension.</summary>
internal static class CelListFunctions
{
    internal static IEnumerable<CelFunction> All { get; } =
    [
        new("flatten", true, 1, 2, Flatten),
        new("slice", true, 3, 3, Slice),
        new("sort", true, 1, 1, Sort),
        new("distinct", true, 1, 1, Distinct),
        new("lists.range", false, 1, 1, Range),
        new("first", true, 1, 1, (_, args) => End("first", args, 0)),
        new("last", true, 1, 1, (_, args) => End("last", args, -1)),
    ];

    /// <summary>Sorts items by keys of one ordered type; keys and items may be one array each and are overwritten.</summary>
    internal static CelValue Sort(EvalFrame frame, string name, CelValue[] keys, CelValue[] items)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i].Kind == CelKind.Opaque)
                return CelFault.Secret();
            if (!(keys[i].IsNumber && keys[0].IsNumber) && (keys[i].Kind != keys[0].Kind || !CelOperators.TryOrder(keys[i], keys[0], out _)))
                return CelFault.Overload($"'{name}'", "items of one type that has an order", keys[i]);
            // Each key is compared about log2(n) times.
            if (!frame.Charge(keys[i].Weight * (1 + (long)Math.Log2(keys.Length))))
                return CelFault.Budget();
        }

        var order = new int[keys.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (a, b) => Compare(keys[a], keys[b]) is var c && c != 0 ? c : a.CompareTo(b));
        return frame.List(Array.ConvertAll(order, i => items[i]));
    }

    // NaN sorts first, so that the order is total.
    private static int Compare(in CelValue a, in CelValue b)
    {
        if (!a.IsNumber)
        {
            _ = CelOperators.TryOrder(a, b, out var order);
            return order;
        }

        var compared = CelValue.CompareNumbers(a, b);
        if (compared != 2)
            return compared;
        return (IsNaN(a) ? 0 : 1) - (IsNaN(b) ? 0 : 1);
    }

    private static bool IsNaN(in CelValue value) => value.Kind == CelKind.Double && double.IsNaN(value.DoubleUnsafe);

    // Charged before the copies are made: a list that cannot be sorted would cost nothing but memory.
    private static CelValue Sort(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind != CelKind.List)
            return CelFunction.Wrong("sort", "list", args);
        return frame.Charge(args[0].ListUnsafe.Count)
            ? Sort(frame, "sort", args[0].ListUnsafe.Items.ToArray(), args[0].ListUnsafe.Items.ToArray())
            : CelFault.Budget();
    }

    private static CelValue Flatten(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind != CelKind.List || (args.Length == 2 && args[1].Kind != CelKind.Int))
            return CelFunction.Wrong("flatten", "(list, int)", args);
        var depth = args.Length == 2 ? args[1].IntUnsafe : 1;
        if (depth < 0)
            return CelFault.Of(CelErrorCodes.InvalidArgument, "the depth of 'flatten' must not be negative");
        var items = new List<CelValue>();
        return Collect(frame, args[0].ListUnsafe, depth, items) ? frame.List([.. items]) : CelFault.Budget();
    }

    private static bool Collect(EvalFrame frame, CelList list, long depth, List<CelValue> items)
    {
        foreach (ref readonly var item in list.Items)
        {
            if (!frame.Charge(1))
                return false;
            if (item.Kind != CelKind.List || depth == 0)
                items.Add(item);
            else if (!Collect(frame, item.ListUnsafe, depth - 1, items))
                return false;
        }

        return true;
    }

    private static CelValue Slice(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind != CelKind.List || args[1].Kind != CelKind.Int || args[2].Kind != CelKind.Int)
            return CelFunction.Wrong("slice", "(list, int, int)", args);
        var (start, end) = (args[1].IntUnsafe, args[2].IntUnsafe);
        var count = args[0].ListUnsafe.Count;
        if (start < 0 || end < 0 || end > count || start > end)
            return CelFault.Of(CelErrorCodes.IndexOutOfRange, $"cannot slice({start}, {end}) a list of {count}");
        return frame.Charge(end - start) ? frame.List(args[0].ListUnsafe.Items[(int)start..(int)end].ToArray()) : CelFault.Budget();
    }

    private static CelValue Distinct(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind != CelKind.List)
            return CelFunction.Wrong("distinct", "list", args);
        var seen = new HashSet<CelValue>();
        var items = new List<CelValue>();
        // Containers hash by their size and first item only, so equal hashes are charged as a scan of what was kept.
        foreach (ref readonly var item in args[0].ListUnsafe.Items)
        {
            var isContainer = item.Kind is CelKind.List or CelKind.Map or CelKind.Optional;
            if (!frame.Charge(item.Weight * (isContainer ? 1 + items.Count : 1)))
                return CelFault.Budget();
            if (seen.Add(item))
                items.Add(item);
        }

        return frame.List([.. items]);
    }

    private static CelValue Range(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind != CelKind.Int)
            return CelFunction.Wrong("lists.range", "int", args);
        if (!frame.Charge(Math.Max(0, args[0].IntUnsafe)))
            return CelFault.Budget();
        var items = new CelValue[Math.Max(0, args[0].IntUnsafe)];
        for (var i = 0; i < items.Length; i++)
            items[i] = CelValue.Int(i);
        return frame.List(items);
    }

    private static CelValue End(string name, ReadOnlySpan<CelValue> args, int at)
    {
        if (args[0].Kind != CelKind.List)
            return CelFunction.Wrong(name, "list", args);
        var list = args[0].ListUnsafe;
        return list.Count == 0 ? CelValue.OptionalNone : CelValue.OptionalOf(list[at < 0 ? list.Count - 1 : at]);
    }
}
