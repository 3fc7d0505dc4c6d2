namespace Sightglass.Core.Expressions;

/// <summary>The operators on evaluated operands.</summary>
internal static class CelOperators
{
    internal static string Spelling(CelTokenKind op) => op switch
    {
        CelTokenKind.Plus => "+",
        CelTokenKind.Minus => "-",
        CelTokenKind.Star => "*",
        CelTokenKind.Slash => "/",
        CelTokenKind.Percent => "%",
        CelTokenKind.Equal => "==",
        CelTokenKind.NotEqual => "!=",
        CelTokenKind.Less => "<",
        CelTokenKind.LessEqual => "<=",
        CelTokenKind.Greater => ">",
        CelTokenKind.GreaterEqual => ">=",
        CelTokenKind.In => "in",
        CelTokenKind.AndAnd => "&&",
        CelTokenKind.OrOr => "||",
        CelTokenKind.Not => "!",
        _ => op.ToString(),
    };

    internal static CelValue Arithmetic(EvalFrame frame, CelTokenKind op, in CelValue a, in CelValue b)
    {
        if (a.Kind == b.Kind)
        {
            switch (a.Kind)
            {
                case CelKind.Int:
                    return OfInts(op, a.IntUnsafe, b.IntUnsafe);
                case CelKind.Uint:
                    return OfUints(op, a.UintUnsafe, b.UintUnsafe);
                case CelKind.Double when op != CelTokenKind.Percent:
                    return OfDoubles(op, a.DoubleUnsafe, b.DoubleUnsafe);
                case CelKind.String when op == CelTokenKind.Plus:
                    return frame.Charge(CelWeight.OfLength(a.StringUnsafe.Length) + CelWeight.OfLength(b.StringUnsafe.Length))
                        ? CelValue.String(string.Concat(a.StringUnsafe, b.StringUnsafe))
                        : CelFault.Budget();
                case CelKind.Bytes when op == CelTokenKind.Plus:
                    return frame.Charge(CelWeight.OfLength(a.BytesUnsafe.Length) + CelWeight.OfLength(b.BytesUnsafe.Length))
                        ? CelValue.FromBytes([.. a.BytesUnsafe, .. b.BytesUnsafe])
                        : CelFault.Budget();
                case CelKind.List when op == CelTokenKind.Plus:
                    return frame.Charge((long)a.ListUnsafe.Count + b.ListUnsafe.Count)
                        ? frame.List([.. a.ListUnsafe.Items, .. b.ListUnsafe.Items])
                        : CelFault.Budget();
                default:
                    break;
            }
        }

        return OfTimes(op, a, b);
    }

    internal static CelValue Negate(in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.Int:
                return value.IntUnsafe == long.MinValue ? CelFault.Overflow("int") : CelValue.Int(-value.IntUnsafe);
            case CelKind.Double:
                return CelValue.Double(-value.DoubleUnsafe);
            case CelKind.Opaque:
                return CelFault.Secret();
            default:
                return CelFault.Overload("'-'", "int or double", value);
        }
    }

    internal static CelValue Equal(EvalFrame frame, in CelValue a, in CelValue b, bool negate)
    {
        if (a.Kind == CelKind.Opaque || b.Kind == CelKind.Opaque)
            return CelFault.Secret();
        if (a.Kind == b.Kind && a.Kind is CelKind.List or CelKind.Map or CelKind.Optional or CelKind.String or CelKind.Bytes
            && !frame.Charge(Math.Min(a.WeightToWalk, b.WeightToWalk)))
            return CelFault.Budget();
        return CelValue.Bool(a.Equals(b) != negate);
    }

    internal static CelValue Compare(EvalFrame frame, CelTokenKind op, in CelValue a, in CelValue b)
    {
        int order;
        if (a.IsNumber && b.IsNumber)
        {
            // Beside a double the language orders an integer by the double nearest to it; equality, keys and sorting stay exact.
            if (a.Kind != b.Kind && (a.Kind == CelKind.Double || b.Kind == CelKind.Double))
                return CelValue.Bool(CompareDoubles(op, a.ToDouble(), b.ToDouble()));
            order = CelValue.CompareNumbers(a, b);
            if (order == 2)
                return CelValue.Bool(false);
        }
        else if (a.Kind != b.Kind || !TryOrder(a, b, out order))
        {
            return Mismatch(op, a, b, "bool, number, string, bytes, timestamp or duration");
        }
        else if (!frame.Charge(Math.Min(a.Weight, b.Weight)))
        {
            return CelFault.Budget();
        }

        return CelValue.Bool(op switch
        {
            CelTokenKind.Less => order < 0,
            CelTokenKind.LessEqual => order <= 0,
            CelTokenKind.Greater => order > 0,
            _ => order >= 0,
        });
    }

    /// <summary>Orders two values of one ordered kind.</summary>
    internal static bool TryOrder(in CelValue a, in CelValue b, out int order)
    {
        switch (a.Kind)
        {
            case CelKind.String:
                order = CompareCodePoints(a.StringUnsafe, b.StringUnsafe);
                return true;
            case CelKind.Bytes:
                order = a.BytesUnsafe.AsSpan().SequenceCompareTo(b.BytesUnsafe);
                return true;
            case CelKind.Bool:
            case CelKind.Duration:
                order = a.IntUnsafe.CompareTo(b.IntUnsafe);
                return true;
            case CelKind.Timestamp:
                order = (a.SecondsUnsafe, a.NanosUnsafe).CompareTo((b.SecondsUnsafe, b.NanosUnsafe));
                return true;
            default:
                order = 0;
                return false;
        }
    }

    internal static CelValue In(EvalFrame frame, in CelValue item, in CelValue container)
    {
        if (item.Kind == CelKind.Opaque || container.Kind == CelKind.Opaque)
            return CelFault.Secret();
        if (container.Kind == CelKind.Map)
            return frame.Charge(item.Weight) ? CelValue.Bool(container.MapUnsafe.Contains(item)) : CelFault.Budget();
        if (container.Kind != CelKind.List)
            return CelFault.Overload("'in'", "list or map", container);
        var items = container.ListUnsafe.Items;
        var each = item.Kind is CelKind.List or CelKind.Map or CelKind.String ? item.Weight : 1;
        foreach (ref readonly var candidate in items)
        {
            if (!frame.Charge(candidate.Kind == item.Kind ? Math.Min(each, candidate.Weight) : 1))
                return CelFault.Budget();
            if (candidate.Equals(item))
                return CelValue.Bool(true);
        }

        return CelValue.Bool(false);
    }

    // UTF-16 order puts surrogates before U+E000, code point order after.
    internal static int CompareCodePoints(string a, string b)
    {
        var at = a.AsSpan().CommonPrefixLength(b);
        if (at == a.Length || at == b.Length)
            return a.Length.CompareTo(b.Length);
        char x = a[at], y = b[at];
        return x >= 0xD800 && y >= 0xD800 && char.IsSurrogate(x) != char.IsSurrogate(y) ? (char.IsSurrogate(x) ? 1 : -1) : x.CompareTo(y);
    }

    private static bool CompareDoubles(CelTokenKind op, double a, double b) => op switch
    {
        CelTokenKind.Less => a < b,
        CelTokenKind.LessEqual => a <= b,
        CelTokenKind.Greater => a > b,
        _ => a >= b,
    };

    private static CelValue OfInts(CelTokenKind op, long a, long b)
    {
        long result;
        switch (op)
        {
            case CelTokenKind.Plus:
                result = unchecked(a + b);
                return ((a ^ result) & (b ^ result)) < 0 ? CelFault.Overflow("int") : CelValue.Int(result);
            case CelTokenKind.Minus:
                result = unchecked(a - b);
                return ((a ^ b) & (a ^ result)) < 0 ? CelFault.Overflow("int") : CelValue.Int(result);
            case CelTokenKind.Star:
                var high = Math.BigMul(a, b, out result);
                return high != result >> 63 ? CelFault.Overflow("int") : CelValue.Int(result);
            case CelTokenKind.Slash:
                if (b == 0)
                    return CelFault.Of(CelErrorCodes.DivideByZero, "divide by zero");
                return a == long.MinValue && b == -1 ? CelFault.Overflow("int") : CelValue.Int(a / b);
            default:
                if (b == 0)
                    return CelFault.Of(CelErrorCodes.DivideByZero, "modulus by zero");
                return a == long.MinValue && b == -1 ? CelFault.Overflow("int") : CelValue.Int(a % b);
        }
    }

    private static CelValue OfUints(CelTokenKind op, ulong a, ulong b)
    {
        ulong result;
        switch (op)
        {
            case CelTokenKind.Plus:
                result = unchecked(a + b);
                return result < a ? CelFault.Overflow("uint") : CelValue.Uint(result);
            case CelTokenKind.Minus:
                return b > a ? CelFault.Overflow("uint") : CelValue.Uint(a - b);
            case CelTokenKind.Star:
                return Math.BigMul(a, b, out result) != 0 ? CelFault.Overflow("uint") : CelValue.Uint(result);
            default:
                if (b == 0)
                    return CelFault.Of(CelErrorCodes.DivideByZero, op == CelTokenKind.Slash ? "divide by zero" : "modulus by zero");
                return CelValue.Uint(op == CelTokenKind.Slash ? a / b : a % b);
        }
    }

    private static CelValue OfDoubles(CelTokenKind op, double a, double b) => CelValue.Double(op switch
    {
        CelTokenKind.Plus => a + b,
        CelTokenKind.Minus => a - b,
        CelTokenKind.Star => a * b,
        _ => a / b,
    });

    private static CelValue OfTimes(CelTokenKind op, in CelValue a, in CelValue b)
    {
        CelValue moved;
        switch (a.Kind, op, b.Kind)
        {
            case (CelKind.Timestamp, CelTokenKind.Plus, CelKind.Duration):
                return CelTime.TryAdd(a, b.IntUnsafe, out moved) ? moved : CelFault.Overflow("timestamp");
            case (CelKind.Duration, CelTokenKind.Plus, CelKind.Timestamp):
                return CelTime.TryAdd(b, a.IntUnsafe, out moved) ? moved : CelFault.Overflow("timestamp");
            case (CelKind.Timestamp, CelTokenKind.Minus, CelKind.Duration):
                return CelTime.TryAdd(a, -(Int128)b.IntUnsafe, out moved) ? moved : CelFault.Overflow("timestamp");
            case (CelKind.Timestamp, CelTokenKind.Minus, CelKind.Timestamp):
                return OfNanoseconds(((Int128)(a.SecondsUnsafe - b.SecondsUnsafe) * CelTime.NanosPerSecond) + a.NanosUnsafe - b.NanosUnsafe);
            case (CelKind.Duration, CelTokenKind.Plus, CelKind.Duration):
                return OfNanoseconds((Int128)a.IntUnsafe + b.IntUnsafe);
            case (CelKind.Duration, CelTokenKind.Minus, CelKind.Duration):
                return OfNanoseconds((Int128)a.IntUnsafe - b.IntUnsafe);
            default:
                return Mismatch(op, a, b, op == CelTokenKind.Plus ? "number, string, bytes, list, timestamp or duration" : "number");
        }
    }

    private static CelValue OfNanoseconds(Int128 nanoseconds) => nanoseconds >= long.MinValue && nanoseconds <= long.MaxValue
        ? CelValue.FromNanoseconds((long)nanoseconds)
        : CelFault.Overflow("duration");

    private static CelValue Mismatch(CelTokenKind op, in CelValue a, in CelValue b, string allowed)
    {
        if (a.Kind == CelKind.Opaque || b.Kind == CelKind.Opaque)
            return CelFault.Secret();
        var takesLeft = a.Kind is CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.String or CelKind.Bytes or CelKind.List;
        return takesLeft && a.Kind != b.Kind
            ? CelFault.Overload($"'{Spelling(op)}'", a.TypeName, b)
            : CelFault.Overload($"'{Spelling(op)}'", allowed, $"{a.TypeName} and {b.TypeName}");
    }
}
