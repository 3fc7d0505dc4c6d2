namespace Sightglass.Core.Expressions;

/// <summary>Reads members and items: plain, optional (<c>.?</c>, <c>[?]</c>) and safe (<c>?.</c>).</summary>
internal static class CelAccess
{
    internal static CelValue Get(EvalFrame frame, in CelValue target, in CelValue key, CelAccessKind access, bool isField)
    {
        var chained = target.Kind == CelKind.Optional && access != CelAccessKind.Safe;
        var holder = target;
        if (target.Kind == CelKind.Optional)
        {
            if (!target.HasOptionalValue)
                return access == CelAccessKind.Safe ? CelValue.Null : CelValue.OptionalNone;
            holder = target.OptionalUnsafe;
        }

        if (holder.Kind == CelKind.Null && access != CelAccessKind.Plain)
            return access == CelAccessKind.Safe ? CelValue.Null : CelValue.OptionalNone;
        var fault = TryFind(frame, holder, key, isField, out var found, out var value);
        if (fault.IsFault)
            return fault;
        if (access == CelAccessKind.Safe)
            return found ? value : CelValue.Null;
        if (chained || access == CelAccessKind.Optional)
            return found ? CelValue.OptionalOf(value) : CelValue.OptionalNone;
        return found ? value : Missing(holder, key);
    }

    internal static CelValue Has(EvalFrame frame, in CelValue target, in CelValue key, bool safe)
    {
        var holder = target;
        if (target.Kind == CelKind.Optional)
        {
            if (!target.HasOptionalValue)
                return CelValue.Bool(false);
            holder = target.OptionalUnsafe;
        }

        if (safe && holder.Kind == CelKind.Null)
            return CelValue.Bool(false);
        var fault = TryFind(frame, holder, key, isField: true, out var found, out _);
        return fault.IsFault ? fault : CelValue.Bool(found);
    }

    private static CelValue TryFind(EvalFrame frame, in CelValue holder, in CelValue key, bool isField, out bool found, out CelValue value)
    {
        found = false;
        value = default;
        if (key.Kind == CelKind.Opaque || holder.Kind == CelKind.Opaque)
            return CelFault.Secret();
        if (holder.Kind == CelKind.Map)
        {
            if (!isField && key.Kind is not (CelKind.String or CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.Bool))
                return CelFault.Overload("'[]'", "string, int, uint or bool as key", key);
            if (!frame.Charge(isField ? 1 : key.Weight))
                return CelFault.Budget();
            found = holder.MapUnsafe.TryGet(key, out value);
            return default;
        }

        if (isField)
        {
            return CelFault.Of(CelErrorCodes.NoSuchOverload, $"cannot read field '{CelText.Shorten(key.StringUnsafe)}': expected map, found {holder.TypeName}");
        }

        if (holder.Kind != CelKind.List)
            return CelFault.Overload("'[]'", "list or map", holder);
        if (!frame.Charge(1))
            return CelFault.Budget();
        if (!TryIndex(key, out var index))
        {
            return key.IsNumber
                ? CelFault.Of(CelErrorCodes.InvalidArgument, "the index of a list must be a whole number")
                : CelFault.Overload("'[]'", "int as index", key);
        }

        var list = holder.ListUnsafe;
        found = index >= 0 && index < list.Count;
        if (found)
            value = list[(int)index];
        return default;
    }

    private static bool TryIndex(in CelValue key, out long index)
    {
        index = -1;
        switch (key.Kind)
        {
            case CelKind.Int:
                index = key.IntUnsafe;
                return true;
            case CelKind.Uint:
                index = key.UintUnsafe > int.MaxValue ? -1 : (long)key.UintUnsafe;
                return true;
            case CelKind.Double when Math.Floor(key.DoubleUnsafe) == key.DoubleUnsafe && Math.Abs(key.DoubleUnsafe) < 1e15:
                index = (long)key.DoubleUnsafe;
                return true;
            default:
                return false;
        }
    }

    private static CelValue Missing(in CelValue holder, in CelValue key) => holder.Kind == CelKind.List
        ? CelFault.Of(CelErrorCodes.IndexOutOfRange, $"index out of range: {CelText.Of(key)} of a list of {holder.ListUnsafe.Count}")
        : CelFault.Of(CelErrorCodes.NoSuchField, $"no such key: '{CelText.Shorten(CelText.Of(key))}'");
}
