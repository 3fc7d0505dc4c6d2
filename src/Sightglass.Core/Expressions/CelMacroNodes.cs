namespace Sightglass.Core.Expressions;

/// <summary>The comprehensions: each binds variables in slots and evaluates its body for every element.</summary>
internal static class CelMacroNodes
{
    /// <summary>What a comprehension runs over: elements, or keys and values, or indexes and elements.</summary>
    private readonly ref struct Range
    {
        private readonly ReadOnlySpan<CelValue> _items;
        private readonly CelMap? _map;

        internal Range(in CelValue target)
        {
            _map = target.Kind == CelKind.Map ? target.MapUnsafe : null;
            _items = _map is null ? target.ListUnsafe.Items : _map.CopyKeys();
        }

        internal int Count => _items.Length;

        internal void Bind(EvalFrame frame, int at, int slot, bool two)
        {
            if (!two)
            {
                frame.Slots[slot] = _items[at];
            }
            else if (_map is null)
            {
                frame.Slots[slot] = CelValue.Int(at);
                frame.Slots[slot + 1] = _items[at];
            }
            else
            {
                frame.Slots[slot] = _items[at];
                frame.Slots[slot + 1] = _map.TryGet(_items[at], out var value) ? value : CelValue.Null;
            }
        }
    }

    /// <summary>Shares the evaluation of the operand; what is done with each element differs.</summary>
    internal abstract class Comprehension(int position, string name, CelNode target, int slot, bool two) : CelNode(position)
    {
        internal sealed override CelValue Eval(EvalFrame frame)
        {
            var over = target.Eval(frame);
            if (over.IsFault)
                return over;
            if (over.Kind is not (CelKind.List or CelKind.Map))
            {
                if (over.IsNull && target.IsSafeChain)
                    return over;
                return At(over.Kind == CelKind.Opaque ? CelFault.Secret() : CelFault.Overload($"'{name}'", "list or map", over));
            }

            if (over.Kind == CelKind.Map && !frame.Charge(over.MapUnsafe.Count))
                return Budget();
            var range = new Range(over);
            var state = Begin(range.Count);
            for (var i = 0; i < range.Count; i++)
            {
                if (!frame.Charge(1))
                    return Budget();
                range.Bind(frame, i, slot, two);
                if (Step(frame, ref state))
                    return state.Result;
            }

            return End(frame, ref state);
        }

        protected virtual State Begin(int count) => default;

        /// <summary>Takes one element; true when <see cref="State.Result"/> is final.</summary>
        protected abstract bool Step(EvalFrame frame, ref State state);

        protected abstract CelValue End(EvalFrame frame, ref State state);

        protected CelValue Test(EvalFrame frame, CelNode condition)
        {
            var value = condition.Eval(frame);
            if (value.Kind == CelKind.Bool || value.IsFault)
                return value;
            return At(value.Kind == CelKind.Opaque ? CelFault.Secret() : CelFault.Overload($"the condition of '{name}'", "bool", value));
        }

        protected struct State
        {
            internal CelValue Result;
            internal int Count;
            internal List<CelValue>? Items;
            internal CelDictionary? Map;
        }
    }

    internal sealed class Quantifier(int position, string name, CelNode target, int slot, bool two, CelNode body, bool decides)
        : Comprehension(position, name, target, slot, two)
    {
        protected override bool Step(EvalFrame frame, ref State state)
        {
            var value = Test(frame, body);
            if (value.IsFault)
            {
                if (!state.Result.IsFault || value.FaultUnsafe.IsFatal)
                    state.Result = value;
                return value.FaultUnsafe.IsFatal;
            }

            if (value.BoolUnsafe != decides)
                return false;
            state.Result = value;
            return true;
        }

        protected override CelValue End(EvalFrame frame, ref State state) => state.Result.IsFault ? state.Result : CelValue.Bool(!decides);
    }

    internal sealed class ExistsOne(int position, string name, CelNode target, int slot, bool two, CelNode body)
        : Comprehension(position, name, target, slot, two)
    {
        protected override bool Step(EvalFrame frame, ref State state)
        {
            state.Result = Test(frame, body);
            if (state.Result.IsTrue)
                state.Count++;
            return state.Result.IsFault;
        }

        protected override CelValue End(EvalFrame frame, ref State state) => CelValue.Bool(state.Count == 1);
    }

    internal sealed class ToList(int position, string name, CelNode target, int slot, bool two, CelNode? filter, CelNode transform)
        : Comprehension(position, name, target, slot, two)
    {
        protected override State Begin(int count) => new() { Items = new List<CelValue>(filter is null ? Math.Min(count, 64) : 4) };

        protected override bool Step(EvalFrame frame, ref State state)
        {
            if (filter is not null)
            {
                state.Result = Test(frame, filter);
                if (!state.Result.IsTrue)
                    return state.Result.IsFault;
            }

            state.Result = transform.Eval(frame);
            if (state.Result.IsFault)
                return true;
            state.Items!.Add(state.Result);
            return false;
        }

        protected override CelValue End(EvalFrame frame, ref State state) => At(frame.List([.. state.Items!]));
    }

    internal sealed class ToMap(int position, string name, CelNode target, int slot, CelNode? filter, CelNode transform, bool entries)
        : Comprehension(position, name, target, slot, two: true)
    {
        private readonly int _slot = slot;

        protected override State Begin(int count) => new() { Map = new CelDictionary(0) };

        protected override bool Step(EvalFrame frame, ref State state)
        {
            if (filter is not null)
            {
                state.Result = Test(frame, filter);
                if (!state.Result.IsTrue)
                    return state.Result.IsFault;
            }

            var value = transform.Eval(frame);
            state.Result = value.IsFault ? value : At(entries ? AddAll(frame, state.Map!, value) : Add(frame, state.Map!, frame.Slots[_slot], value));
            return state.Result.IsFault;
        }

        protected override CelValue End(EvalFrame frame, ref State state) => At(frame.Map(state.Map!));

        private static CelValue Add(EvalFrame frame, CelDictionary map, in CelValue key, in CelValue value) =>
            CelBasicNodes.MapLiteral.AddKey(frame, map, key, value);

        private static CelValue AddAll(EvalFrame frame, CelDictionary map, in CelValue entry)
        {
            if (entry.Kind != CelKind.Map)
                return CelFault.Overload("'transformMapEntry'", "map", entry);
            foreach (var (key, value) in entry.MapUnsafe.Entries)
            {
                var fault = Add(frame, map, key, value);
                if (fault.IsFault)
                    return fault;
            }

            return default;
        }
    }

    internal sealed class Bind(int position, int slot, CelNode value, CelNode body) : CelNode(position)
    {
        internal override CelValue Eval(EvalFrame frame)
        {
            if (!frame.Charge(1))
                return Budget();
            var bound = value.Eval(frame);
            if (bound.IsFault)
                return bound;
            frame.Slots[slot] = bound;
            return body.Eval(frame);
        }
    }

    internal sealed class OptionalMap(int position, CelNode target, int slot, CelNode body, bool flat) : CelNode(position)
    {
        internal override CelValue Eval(EvalFrame frame)
        {
            if (!frame.Charge(1))
                return Budget();
            var value = target.Eval(frame);
            if (value.IsFault)
                return value;
            if (value.Kind != CelKind.Optional)
                return At(CelFault.Overload(flat ? "'optFlatMap'" : "'optMap'", "optional_type", value));
            if (!value.HasOptionalValue)
                return value;
            frame.Slots[slot] = value.OptionalUnsafe;
            var result = body.Eval(frame);
            if (result.IsFault || (flat && result.Kind == CelKind.Optional))
                return result;
            return flat ? At(CelFault.Overload("'optFlatMap'", "optional_type", result)) : At(frame.Fit(CelValue.OptionalOf(result)));
        }
    }

    /// <summary><c>or</c> and <c>orValue</c>, which evaluate their argument only when it is needed.</summary>
    internal sealed class OptionalOr(int position, CelNode target, CelNode otherwise, bool unwrap) : CelNode(position)
    {
        internal override CelValue Eval(EvalFrame frame)
        {
            if (!frame.Charge(1))
                return Budget();
            var value = target.Eval(frame);
            if (value.IsFault)
                return value;
            if (target.IsSafeChain && value.Kind != CelKind.Optional)
                value = value.IsNull ? CelValue.OptionalNone : CelValue.OptionalOf(value);
            if (value.Kind != CelKind.Optional)
                return At(CelFault.Overload(unwrap ? "'orValue'" : "'or'", "optional_type", value));
            if (value.HasOptionalValue)
                return unwrap ? value.OptionalUnsafe : value;
            var other = otherwise.Eval(frame);
            return unwrap || other.IsFault || other.Kind == CelKind.Optional ? other : At(CelFault.Overload("'or'", "optional_type", other));
        }
    }
}
