namespace Sightglass.Core.Expressions;

/// <summary>Conditions and operators.</summary>
internal static class CelLogicNodes
{
    /// <summary>A run of <c>&amp;&amp;</c> or <c>||</c>: an operand that decides wins over operands that fail, in any order.</summary>
    internal sealed class Logic(int position, bool isAnd, CelNode[] terms) : CelNode(position)
    {
        internal override CelValue Eval(EvalFrame frame)
        {
            if (!frame.Charge(terms.Length))
                return Budget();
            CelValue fault = default;
            foreach (var term in terms)
            {
                var value = term.Eval(frame);
                if (value.Kind == CelKind.Bool)
                {
                    if (value.BoolUnsafe != isAnd)
                        return value;
                    continue;
                }

                if (!value.IsFault)
                    value = Wrong(value, term.Position);
                if (value.FaultUnsafe.IsFatal)
                    return value;
                if (!fault.IsFault)
                    fault = value;
            }

            return fault.IsFault ? fault : CelValue.Bool(isAnd);
        }

        private CelValue Wrong(in CelValue value, int position)
        {
            var fault = value.Kind == CelKind.Opaque ? CelFault.Secret() : CelFault.Overload(isAnd ? "'&&'" : "'||'", "bool", value);
            fault.FaultUnsafe.Position = position;
            return fault;
        }
    }

    internal sealed class Conditional(int position, CelNode condition, CelNode then, CelNode otherwise) : CelNode(position)
    {
        internal override CelValue Eval(EvalFrame frame)
        {
            if (!frame.Charge(1))
                return Budget();
            var test = condition.Eval(frame);
            if (test.Kind == CelKind.Bool)
                return test.BoolUnsafe ? then.Eval(frame) : otherwise.Eval(frame);
            if (test.IsFault)
                return test;
            return At(test.Kind == CelKind.Opaque ? CelFault.Secret() : CelFault.Overload("'?:'", "bool", test));
        }
    }

    internal sealed class Not(int position, CelNode operand) : CelNode(position)
    {
        internal override CelValue Eval(EvalFrame frame)
        {
            if (!frame.Charge(1))
                return Budget();
            var value = operand.Eval(frame);
            if (value.Kind == CelKind.Bool)
                return CelValue.Bool(!value.BoolUnsafe);
            if (value.IsFault)
                return value;
            return At(value.Kind == CelKind.Opaque ? CelFault.Secret() : CelFault.Overload("'!'", "bool", value));
        }
    }

    internal sealed class Negate(int position, CelNode operand) : CelNode(position)
    {
        internal override CelValue Eval(EvalFrame frame)
        {
            if (!frame.Charge(1))
                return Budget();
            var value = operand.Eval(frame);
            return value.IsFault ? value : At(CelOperators.Negate(value));
        }
    }

    internal sealed class Binary(int position, CelTokenKind op, CelNode left, CelNode right) : CelNode(position)
    {
        internal override CelValue Eval(EvalFrame frame)
        {
            if (!frame.Charge(1))
                return Budget();
            var a = left.Eval(frame);
            if (a.IsFault)
                return a;
            var b = right.Eval(frame);
            if (b.IsFault)
                return b;
            var result = op switch
            {
                CelTokenKind.Equal => CelOperators.Equal(frame, a, b, negate: false),
                CelTokenKind.NotEqual => CelOperators.Equal(frame, a, b, negate: true),
                CelTokenKind.In => CelOperators.In(frame, a, b),
                CelTokenKind.Less or CelTokenKind.LessEqual or CelTokenKind.Greater or CelTokenKind.GreaterEqual =>
                    CelOperators.Compare(frame, op, a, b),
                _ => CelOperators.Arithmetic(frame, op, a, b),
            };
            return result.IsFault ? At(result) : result;
        }
    }
}
