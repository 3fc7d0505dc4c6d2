namespace Sightglass.Core.Expressions;

/// <summary>The tree the parser reads; <see cref="CelCompiler"/> turns it into nodes that evaluate.</summary>
internal abstract class CelSyntax(int position, int depth)
{
    internal int Position { get; } = position;

    internal int Depth { get; } = depth;

    internal sealed class Literal(int position, CelValue value) : CelSyntax(position, 1)
    {
        internal CelValue Value { get; } = value;
    }

    internal sealed class Ident(int position, string name, bool absolute) : CelSyntax(position, 1)
    {
        internal string Name { get; } = name;

        /// <summary>Gets a value indicating whether a leading dot looks past the variables of macros.</summary>
        internal bool Absolute { get; } = absolute;
    }

    internal sealed class Select(int position, CelSyntax operand, string field, CelAccessKind access) : CelSyntax(position, operand.Depth + 1)
    {
        internal CelSyntax Operand { get; } = operand;

        internal string Field { get; } = field;

        internal CelAccessKind Access { get; } = access;
    }

    internal sealed class Index(int position, CelSyntax operand, CelSyntax key, CelAccessKind access)
        : CelSyntax(position, Math.Max(operand.Depth, key.Depth) + 1)
    {
        internal CelSyntax Operand { get; } = operand;

        internal CelSyntax Key { get; } = key;

        internal CelAccessKind Access { get; } = access;
    }

    internal sealed class Call(int position, CelSyntax? target, string name, IReadOnlyList<CelSyntax> args, bool safe)
        : CelSyntax(position, Math.Max(target?.Depth ?? 0, DepthOf(args)) + 1)
    {
        internal CelSyntax? Target { get; } = target;

        internal string Name { get; } = name;

        internal IReadOnlyList<CelSyntax> Args { get; } = args;

        internal bool Safe { get; } = safe;
    }

    internal sealed class ListLiteral(int position, IReadOnlyList<CelSyntax> items, IReadOnlyList<bool> optional)
        : CelSyntax(position, DepthOf(items) + 1)
    {
        internal IReadOnlyList<CelSyntax> Items { get; } = items;

        internal IReadOnlyList<bool> Optional { get; } = optional;
    }

    internal sealed class MapLiteral(int position, IReadOnlyList<CelSyntax> keys, IReadOnlyList<CelSyntax> values, IReadOnlyList<bool> optional)
        : CelSyntax(position, Math.Max(DepthOf(keys), DepthOf(values)) + 1)
    {
        internal IReadOnlyList<CelSyntax> Keys { get; } = keys;

        internal IReadOnlyList<CelSyntax> Values { get; } = values;

        internal IReadOnlyList<bool> Optional { get; } = optional;
    }

    internal sealed class Lambda(int position, IReadOnlyList<string> variables, CelSyntax body) : CelSyntax(position, body.Depth + 1)
    {
        internal IReadOnlyList<string> Variables { get; } = variables;

        internal CelSyntax Body { get; } = body;
    }

    internal sealed class Unary(int position, CelTokenKind op, CelSyntax operand) : CelSyntax(position, operand.Depth + 1)
    {
        internal CelTokenKind Op { get; } = op;

        internal CelSyntax Operand { get; } = operand;
    }

    internal sealed class Binary(int position, CelTokenKind op, CelSyntax left, CelSyntax right)
        : CelSyntax(position, Math.Max(left.Depth, right.Depth) + 1)
    {
        internal CelTokenKind Op { get; } = op;

        internal CelSyntax Left { get; } = left;

        internal CelSyntax Right { get; } = right;
    }

    /// <summary>A run of <c>&amp;&amp;</c> or <c>||</c>, flat so that long conditions are not deep trees.</summary>
    internal sealed class Logic(int position, bool isAnd, IReadOnlyList<CelSyntax> terms) : CelSyntax(position, DepthOf(terms) + 1)
    {
        internal bool IsAnd { get; } = isAnd;

        internal IReadOnlyList<CelSyntax> Terms { get; } = terms;
    }

    internal sealed class Conditional(int position, CelSyntax condition, CelSyntax then, CelSyntax otherwise)
        : CelSyntax(position, Math.Max(condition.Depth, Math.Max(then.Depth, otherwise.Depth)) + 1)
    {
        internal CelSyntax Condition { get; } = condition;

        internal CelSyntax Then { get; } = then;

        internal CelSyntax Otherwise { get; } = otherwise;
    }

    private static int DepthOf(IReadOnlyList<CelSyntax> parts)
    {
        var depth = 0;
        for (var i = 0; i < parts.Count; i++)
            depth = Math.Max(depth, parts[i].Depth);
        return depth;
    }
}
