using System.Runtime.CompilerServices;
using Sightglass.Core.Expressions.Patterns;

namespace Sightglass.Core.Expressions;

/// <summary>Calls of functions.</summary>
internal static class CelCallNodes
{
    private const int Inline = 3;

    internal sealed class Call(int position, CelFunction function, CelNode[] args, bool safe) : CelNode(position)
    {
        internal override bool IsSafeChain => function.IsMethod && (safe || args[0].IsSafeChain);

        internal override CelValue Eval(EvalFrame frame)
        {
            if (!frame.Charge(1))
                return Budget();
            if (args.Length > Inline)
                return Run(frame, new CelValue[args.Length]);
            var few = default(Few);
            return Run(frame, ((Span<CelValue>)few)[..args.Length]);
        }

        private CelValue Run(EvalFrame frame, Span<CelValue> values)
        {
            for (var i = 0; i < args.Length; i++)
            {
                values[i] = args[i].Eval(frame);
                if (values[i].IsFault)
                    return values[i];
                if (values[i].Kind == CelKind.Opaque)
                    return At(CelFault.Secret());
                if (i == 0 && values[0].IsNull && IsSafeChain)
                    return function.Name == "hasValue" ? CelValue.Bool(false) : CelValue.Null;
            }

            var result = function.Body(frame, values);
            return result.IsFault ? At(result) : result;
        }
    }

    /// <summary>A match against a pattern that stands in the expression, compiled once.</summary>
    internal sealed class ConstantMatch(int position, CelNode text, TextPattern pattern) : CelNode(position)
    {
        internal override CelValue Eval(EvalFrame frame)
        {
            if (!frame.Charge(1))
                return Budget();
            var value = text.Eval(frame);
            if (value.IsFault || (value.IsNull && text.IsSafeChain))
                return value;
            return At(value.Kind == CelKind.Opaque ? CelFault.Secret() : CelRegex.Run(frame, value, pattern));
        }
    }

    /// <summary>Sorts a list by a key computed for each element.</summary>
    internal sealed class SortBy(int position, CelNode target, int shared, CelNode keys) : CelNode(position)
    {
        internal override CelValue Eval(EvalFrame frame)
        {
            if (!frame.Charge(1))
                return Budget();
            var items = target.Eval(frame);
            if (items.IsFault)
                return items;
            frame.Slots[shared] = items;
            var sorted = keys.Eval(frame);
            if (sorted.IsFault)
                return sorted;
            return At(items.Kind == CelKind.List && sorted.Kind == CelKind.List
                ? CelListFunctions.Sort(frame, "sortBy", sorted.ListUnsafe.Items.ToArray(), items.ListUnsafe.Items.ToArray())
                : CelFault.Overload("'sortBy'", "list", items));
        }
    }

    [InlineArray(Inline)]
    private struct Few
    {
        private CelValue _first;
    }
}
