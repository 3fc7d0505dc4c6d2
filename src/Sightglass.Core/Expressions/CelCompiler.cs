using Sightglass.Core.Expressions.Patterns;

namespace Sightglass.Core.Expressions;

/// <summary>Turns a tree into nodes: names become slots or lookups, calls find their function, constants are prepared.</summary>
internal sealed class CelCompiler
{
    private readonly List<(string Name, int Slot)> _bound = [];
    private readonly List<(string Root, string[] Path, int Position)> _references = [];
    private readonly List<CelProblem> _problems = [];

    private int _patternSteps;

    internal int SlotCount { get; private set; }

    internal IReadOnlyList<(string Root, string[] Path, int Position)> References => _references;

    internal IReadOnlyList<CelProblem> Problems => _problems;

    internal CelNode Compile(CelSyntax syntax) => Compile(syntax, recorded: false);

    /// <summary>Compiles what a field is looked for in, noting the whole path as read.</summary>
    internal CelNode CompileHolder(CelSyntax.Select select) => Compile(select.Operand, Record(select));

    internal CelNode[] CompileAll(IReadOnlyList<CelSyntax> parts)
    {
        var nodes = new CelNode[parts.Count];
        for (var i = 0; i < nodes.Length; i++)
            nodes[i] = Compile(parts[i]);
        return nodes;
    }

    /// <summary>Compiles a body in which names stand for slots from <paramref name="slot"/> on.</summary>
    internal CelNode CompileBody(CelSyntax body, IReadOnlyList<string> variables, int slot)
    {
        for (var i = 0; i < variables.Count; i++)
            _bound.Add((variables[i], slot + i));
        var node = Compile(body);
        _bound.RemoveRange(_bound.Count - variables.Count, variables.Count);
        return node;
    }

    /// <summary>Compiles items each of which sees those before it under the names given, and then a body that sees all.</summary>
    internal (CelNode[] Items, CelNode Body) CompileBlock(IReadOnlyList<CelSyntax> items, CelSyntax body, int slot, Func<int, string> nameOf)
    {
        var nodes = new CelNode[items.Count];
        for (var i = 0; i < nodes.Length; i++)
        {
            nodes[i] = Compile(items[i]);
            _bound.Add((nameOf(i), slot + i));
        }

        var last = Compile(body);
        _bound.RemoveRange(_bound.Count - nodes.Length, nodes.Length);
        return (nodes, last);
    }

    /// <summary>Takes slots for the variables of a macro; those of its operand and of siblings are other ones.</summary>
    internal int TakeSlots(int count)
    {
        var slot = SlotCount;
        SlotCount += count;
        return slot;
    }

    internal CelNode Broken(int position, string code, string reason)
    {
        _problems.Add(new CelProblem(position, code, reason));
        return new CelBasicNodes.Broken(position, code, reason);
    }

    /// <summary>Compiles a name that is not spelled as one.</summary>
    internal CelNode CompileName(int position, string name) => Ident(new CelSyntax.Ident(position, name, absolute: false));

    private CelNode Compile(CelSyntax syntax, bool recorded)
    {
        if (!recorded)
            recorded = Record(syntax);
        return syntax switch
        {
            CelSyntax.Literal literal => new CelBasicNodes.Literal(literal.Position, literal.Value),
            CelSyntax.Ident ident => Ident(ident),
            CelSyntax.Select select => Select(select, recorded),
            CelSyntax.Index index => new CelBasicNodes.Index(index.Position, Compile(index.Operand, recorded), Compile(index.Key), index.Access),
            CelSyntax.Call call => Call(call),
            CelSyntax.ListLiteral list => new CelBasicNodes.ListLiteral(list.Position, CompileAll(list.Items), [.. list.Optional]),
            CelSyntax.MapLiteral map =>
                new CelBasicNodes.MapLiteral(map.Position, CompileAll(map.Keys), CompileAll(map.Values), [.. map.Optional]),
            CelSyntax.Logic logic => new CelLogicNodes.Logic(logic.Position, logic.IsAnd, CompileAll(logic.Terms)),
            CelSyntax.Binary binary => new CelLogicNodes.Binary(binary.Position, binary.Op, Compile(binary.Left), Compile(binary.Right)),
            CelSyntax.Unary { Op: CelTokenKind.Not } not => new CelLogicNodes.Not(not.Position, Compile(not.Operand)),
            CelSyntax.Unary minus => new CelLogicNodes.Negate(minus.Position, Compile(minus.Operand)),
            CelSyntax.Conditional choice => new CelLogicNodes.Conditional(
                choice.Position, Compile(choice.Condition), Compile(choice.Then), Compile(choice.Otherwise)),
            _ => Broken(syntax.Position, CelErrorCodes.Syntax, "'=>' can only be used in a macro such as list.all(x => x > 1)"),
        };
    }

    private CelNode Ident(CelSyntax.Ident ident)
    {
        if (!ident.Absolute && TryBound(ident.Name, out var slot))
            return new CelBasicNodes.Slot(ident.Position, slot);
        return new CelBasicNodes.Name(ident.Position, ident.Name);
    }

    private CelNode Select(CelSyntax.Select select, bool recorded)
    {
        if (CelTypes.EndsDotted(select.Field) && QualifiedName(select) is { } qualified && CelTypes.TryGet(qualified, out var type))
            return new CelBasicNodes.Literal(select.Position, type);
        return new CelBasicNodes.Select(select.Position, Compile(select.Operand, recorded), select.Field, select.Access);
    }

    private CelNode Call(CelSyntax.Call call)
    {
        if (CelMacros.TryCompile(this, call, out var macro))
            return macro!;
        CelFunction? function;
        if (call.Target is null)
        {
            return CelFunctions.TryGetGlobal(call.Name, out function)
                ? Call(call, function!, call.Args)
                : Unknown(call, $"unknown function '{call.Name}'");
        }

        if (QualifiedName(call.Target) is { } space && CelFunctions.TryGetGlobal($"{space}.{call.Name}", out function))
            return Call(call, function!, call.Args);
        return CelFunctions.TryGetMethod(call.Name, out function)
            ? Call(call, function!, [call.Target, .. call.Args])
            : Unknown(call, $"unknown function '{call.Name}'");
    }

    private CelNode Call(CelSyntax.Call call, CelFunction function, IReadOnlyList<CelSyntax> args)
    {
        if (args.Count < function.Least || args.Count > function.Most)
        {
            var hidden = function.IsMethod ? 1 : 0;
            var expected = function.Least == function.Most ? $"{function.Least - hidden}" : $"{function.Least - hidden} to {function.Most - hidden}";
            return Unknown(call, $"no such overload of '{function.Name}': expected {expected} arguments, found {args.Count - hidden}");
        }

        var nodes = CompileAll(args);
        if (function.Name == "matches" && nodes[1] is CelBasicNodes.Literal { Value.Kind: CelKind.String } pattern)
        {
            return Match(call, nodes[0], pattern);
        }

        return new CelCallNodes.Call(call.Position, function, nodes, call.Safe);
    }

    private CelNode Match(CelSyntax.Call call, CelNode text, CelBasicNodes.Literal pattern)
    {
        string? problem = null;
        if (_patternSteps <= CelLimits.MaxPatternStepsTogether && TextPattern.TryParse(pattern.Value.StringUnsafe, out var found, out problem))
        {
            _patternSteps += found.Size;
            return new CelCallNodes.ConstantMatch(call.Position, text, found);
        }

        problem ??= $"the patterns of one expression take more than {CelLimits.MaxPatternStepsTogether} steps together";
        return Broken(pattern.Position, CelErrorCodes.InvalidArgument, CelRegex.Refuse(problem).FaultUnsafe.Reason);
    }

    // The parts are compiled all the same: what they name is reported and depended on.
    private CelNode Unknown(CelSyntax.Call call, string reason)
    {
        if (call.Target is not null)
            Compile(call.Target);
        foreach (var arg in call.Args)
            Compile(arg is CelSyntax.Lambda lambda ? new CelSyntax.Literal(lambda.Position, default) : arg);
        return Broken(call.Position, CelErrorCodes.UnknownFunction, reason);
    }

    private bool TryBound(string name, out int slot)
    {
        for (var i = _bound.Count - 1; i >= 0; i--)
        {
            if (_bound[i].Name == name)
            {
                slot = _bound[i].Slot;
                return true;
            }
        }

        slot = -1;
        return false;
    }

    private bool IsFree(CelSyntax.Ident ident) => ident.Absolute || !TryBound(ident.Name, out _);

    /// <summary>The dotted spelling of plain selections from a free name.</summary>
    private string? QualifiedName(CelSyntax syntax) => syntax switch
    {
        CelSyntax.Ident ident => IsFree(ident) ? ident.Name : null,
        CelSyntax.Select { Access: CelAccessKind.Plain } select =>
            QualifiedName(select.Operand) is { } head ? $"{head}.{select.Field}" : null,
        _ => null,
    };

    /// <summary>Notes the free name with all that is selected from it; true when the parts must not be noted again.</summary>
    private bool Record(CelSyntax syntax)
    {
        var path = new List<string>();
        var at = syntax;
        while (at is not CelSyntax.Ident)
        {
            switch (at)
            {
                case CelSyntax.Select select:
                    path.Add(select.Field);
                    at = select.Operand;
                    break;
                case CelSyntax.Index { Key: CelSyntax.Literal { Value.Kind: CelKind.String } key } index:
                    path.Add(key.Value.StringUnsafe);
                    at = index.Operand;
                    break;
                default:
                    return false;
            }
        }

        var root = (CelSyntax.Ident)at;
        path.Reverse();
        var isType = CelTypes.TryGet(root.Name, out _) || (root.Name == "google" && QualifiedName(syntax) is { } name && CelTypes.TryGet(name, out _));
        if (IsFree(root) && !isType)
            _references.Add((root.Name, [.. path], root.Position));
        return true;
    }
}
