namespace Sightglass.Core.Expressions;

/// <summary>Literals, names, selection and construction.</summary>
internal static class CelBasicNodes
{
    internal sealed class Literal(int position, CelValue value) : CelNode(position)
    {
        internal CelValue Value { get; } = value;

        internal override CelValue Eval(EvalFrame frame) => Value;
    }

    internal sealed class Broken(int position, string code, string reason) : CelNode(position)
    {
        internal override CelValue Eval(EvalFrame frame) => At(CelFault.Of(code, reason));
    }

    internal sealed class Slot(int position, int slot) : CelNode(position)
    {
        internal override CelValue Eval(EvalFrame frame) => frame.Slots[slot];
    }

    internal sealed class Name(int position, string name) : CelNode(position)
    {
        internal string Spelling { get; } = name;

        internal override CelValue Eval(EvalFrame frame)
        {
            if (frame.Scope.TryResolve(Spelling, out var value) || CelTypes.TryGet(Spelling, out value))
                return frame.Charge(1) ? value : Budget();
            return At(CelFault.Of(CelErrorCodes.UnknownName, $"unknown name '{Spelling}'"));
        }
    }

    internal sealed class Select(int position, CelNode operand, string field, CelAccessKind access) : CelNode(position)
    {
        private readonly CelValue _key = CelValue.String(field);
        private string? _spelling;

        /// <summary>Gets the dotted spelling of plain selections from a free name; null for others. Built on demand, as long paths have long ones.</summary>
        private string? Spelling => access != CelAccessKind.Plain ? null : _spelling ??= operand switch
        {
            Name name => $"{name.Spelling}.{_key.StringUnsafe}",
            Select { Spelling: { } head } => $"{head}.{_key.StringUnsafe}",
            _ => null,
        };

        internal override bool IsSafeChain => access == CelAccessKind.Safe || operand.IsSafeChain;

        internal override CelValue Eval(EvalFrame frame)
        {
            CelValue value;
            if (frame.Scope.HasQualifiedNames && Spelling is { } spelling && frame.Scope.TryResolve(spelling, out value))
                return value;
            var target = operand.Eval(frame);
            if (target.IsFault)
                return target;
            if (target.IsNull && operand.IsSafeChain && access == CelAccessKind.Plain)
                return target;
            value = CelAccess.Get(frame, target, _key, access, isField: true);
            return value.IsFault ? At(value) : value;
        }
    }

    internal sealed class Has(int position, CelNode operand, string field, bool safe) : CelNode(position)
    {
        private readonly CelValue _key = CelValue.String(field);

        internal override CelValue Eval(EvalFrame frame)
        {
            var target = operand.Eval(frame);
            return target.IsFault ? target : At(CelAccess.Has(frame, target, _key, safe || operand.IsSafeChain));
        }
    }

    internal sealed class Index(int position, CelNode operand, CelNode key, CelAccessKind access) : CelNode(position)
    {
        internal override bool IsSafeChain => access == CelAccessKind.Safe || operand.IsSafeChain;

        internal override CelValue Eval(EvalFrame frame)
        {
            var target = operand.Eval(frame);
            if (target.IsFault || (target.IsNull && operand.IsSafeChain && access == CelAccessKind.Plain))
                return target;
            var at = key.Eval(frame);
            return at.IsFault ? at : At(CelAccess.Get(frame, target, at, access, isField: false));
        }
    }

    internal sealed class ListLiteral(int position, CelNode[] items, bool[] optional) : CelNode(position)
    {
        internal override CelValue Eval(EvalFrame frame)
        {
            if (!frame.Charge(items.Length + 1L))
                return Budget();
            var values = new CelValue[items.Length];
            var count = 0;
            for (var i = 0; i < items.Length; i++)
            {
                var value = items[i].Eval(frame);
                if (value.IsFault)
                    return value;
                if (optional[i])
                {
                    if (value.Kind != CelKind.Optional)
                        return At(CelFault.Overload("'?' in a list", "optional_type", value));
                    if (!value.TryGetOptional(out value))
                        continue;
                }

                values[count++] = value;
            }

            return At(frame.List(count == values.Length ? values : values[..count]));
        }
    }

    internal sealed class MapLiteral(int position, CelNode[] keys, CelNode[] values, bool[] optional) : CelNode(position)
    {
        internal override CelValue Eval(EvalFrame frame)
        {
            if (!frame.Charge((2L * keys.Length) + 1))
                return Budget();
            var map = new CelDictionary(keys.Length);
            for (var i = 0; i < keys.Length; i++)
            {
                var key = keys[i].Eval(frame);
                if (key.IsFault)
                    return key;
                var value = values[i].Eval(frame);
                if (value.IsFault)
                    return value;
                if (optional[i])
                {
                    if (value.Kind != CelKind.Optional)
                        return At(CelFault.Overload("'?' in a map", "optional_type", value));
                    if (!value.TryGetOptional(out value))
                        continue;
                }

                var fault = AddKey(frame, map, key, value);
                if (fault.IsFault)
                    return At(fault);
            }

            return At(frame.Map(map));
        }

        internal static CelValue AddKey(EvalFrame frame, CelDictionary map, in CelValue key, in CelValue value)
        {
            if (key.Kind == CelKind.Opaque)
                return CelFault.Secret();
            if (key.Kind is not (CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.String))
                return CelFault.Overload("a map key", "bool, int, uint or string", key);
            if (!frame.Charge(key.Weight))
                return CelFault.Budget();
            return map.TryAdd(key, value) ? default : CelFault.Of(CelErrorCodes.DuplicateKey, $"repeated key: {CelText.Shorten(CelText.Of(key))}");
        }
    }
}
