using System.Globalization;

namespace Sightglass.Core.Expressions;

/// <summary>
/// <c>cel.block([a, b], result)</c>, which names its items <c>cel.index(0)</c>, <c>cel.index(1)</c> …: the form in which
/// tools write expressions whose common parts they have taken out.
/// </summary>
internal sealed class CelBlock : CelNode
{
    private readonly CelNode[] _items;
    private readonly CelNode _body;
    private readonly int _slot;

    private CelBlock(int position, CelNode[] items, CelNode body, int slot)
        : base(position)
    {
        _items = items;
        _body = body;
        _slot = slot;
    }

    internal static CelNode Compile(CelCompiler compiler, CelSyntax.Call call)
    {
        if (call.Args is not [CelSyntax.ListLiteral list, var body] || body is CelSyntax.Lambda || list.Optional.Contains(true))
            return compiler.Broken(call.Position, CelErrorCodes.Syntax, "cel.block takes a list of expressions and an expression");
        var slot = compiler.TakeSlots(list.Items.Count);
        var (items, result) = compiler.CompileBlock(list.Items, body, slot, i => Name("index", i, 0));
        return new CelBlock(call.Position, items, result, slot);
    }

    /// <summary>The name that <c>cel.index(n)</c> and <c>cel.iterVar(n, m)</c> stand for; null for other calls.</summary>
    internal static string? NameOf(CelSyntax.Call call) => call switch
    {
        { Target: CelSyntax.Ident { Name: "cel" }, Name: "index", Args: [var item] } when TryNumber(item, out var n) => Name("index", n, 0),
        { Target: CelSyntax.Ident { Name: "cel" }, Name: "iterVar", Args: [var depth, var place] }
            when TryNumber(depth, out var n) && TryNumber(place, out var m) => Name("iterVar", n, m),
        _ => null,
    };

    // In order and all of them: on demand, a chain of items would be as deep a recursion. One that fails does so where it is used.
    internal override CelValue Eval(EvalFrame frame)
    {
        if (!frame.Charge(_items.Length + 1L))
            return Budget();
        for (var i = 0; i < _items.Length; i++)
        {
            var value = _items[i].Eval(frame);
            if (value.IsFault && value.FaultUnsafe.IsFatal)
                return value;
            frame.Slots[_slot + i] = value;
        }

        return _body.Eval(frame);
    }

    // Nobody can write a name with brackets.
    private static string Name(string kind, long n, long m) => string.Create(CultureInfo.InvariantCulture, $"cel.{kind}({n}, {m})");

    private static bool TryNumber(CelSyntax syntax, out long number)
    {
        var literal = syntax as CelSyntax.Literal;
        number = literal?.Value is { Kind: CelKind.Int } value ? value.IntUnsafe : -1;
        return number >= 0;
    }
}
