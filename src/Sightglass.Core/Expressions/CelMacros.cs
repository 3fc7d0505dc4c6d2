namespace Sightglass.Core.Expressions;

/// <summary>Recognises macros: calls that bind names and evaluate arguments in ways functions cannot.</summary>
internal static class CelMacros
{
    internal static bool TryCompile(CelCompiler compiler, CelSyntax.Call call, out CelNode? node)
    {
        node = call.Target is null ? Global(compiler, call) : Method(compiler, call, call.Target);
        return node is not null;
    }

    private static CelNode? Global(CelCompiler compiler, CelSyntax.Call call)
    {
        if (call.Name != "has")
            return null;
        if (call.Args.Count != 1)
            return compiler.Broken(call.Position, CelErrorCodes.Syntax, "has() takes one field selection such as has(a.b)");
        switch (call.Args[0])
        {
            case CelSyntax.Select select:
                return new CelBasicNodes.Has(call.Position, compiler.CompileHolder(select), select.Field, select.Access != CelAccessKind.Plain);
            default:
                _ = compiler.Compile(call.Args[0]);
                return compiler.Broken(call.Position, CelErrorCodes.Syntax, "has() takes a field selection such as has(a.b)");
        }
    }

    private static CelNode? Method(CelCompiler compiler, CelSyntax.Call call, CelSyntax target)
    {
        if (target is CelSyntax.Ident { Name: "cel" })
        {
            if (call.Name == "bind")
                return Bind(compiler, call);
            if (call.Name == "block")
                return CelBlock.Compile(compiler, call);
            if (CelBlock.NameOf(call) is { } spelled)
                return compiler.CompileName(call.Position, spelled);
        }

        switch (call.Name)
        {
            case "or" or "orValue" when call.Args.Count == 1:
                return new CelMacroNodes.OptionalOr(call.Position, compiler.Compile(target), compiler.Compile(call.Args[0]), call.Name == "orValue");
            case "all" or "exists" or "exists_one" or "existsOne" or "map" or "filter" or "transformList" or "transformMap" or "transformMapEntry"
                or "sortBy" or "optMap" or "optFlatMap":
                break;
            default:
                return null;
        }

        if (!TryShape(call, out var variables, out var bodies))
        {
            _ = compiler.Compile(target);
            return compiler.Broken(call.Position, CelErrorCodes.Syntax, $"'{call.Name}' takes {Usage(call.Name)}");
        }

        var over = compiler.Compile(target);
        var slot = compiler.TakeSlots(variables.Count);
        var nodes = bodies.Select(body => compiler.CompileBody(body, variables, slot)).ToArray();
        var two = variables.Count == 2;
        var (position, name, last) = (call.Position, call.Name, nodes[^1]);
        var filter = nodes.Length == 2 ? nodes[0] : null;
        return name switch
        {
            "all" => new CelMacroNodes.Quantifier(position, name, over, slot, two, last, decides: false),
            "exists" => new CelMacroNodes.Quantifier(position, name, over, slot, two, last, decides: true),
            "exists_one" or "existsOne" => new CelMacroNodes.ExistsOne(position, name, over, slot, two, last),
            "map" or "transformList" => new CelMacroNodes.ToList(position, name, over, slot, two, filter, last),
            "filter" => new CelMacroNodes.ToList(position, name, over, slot, two, last, new CelBasicNodes.Slot(position, slot)),
            "transformMap" => new CelMacroNodes.ToMap(position, name, over, slot, filter, last, entries: false),
            "transformMapEntry" => new CelMacroNodes.ToMap(position, name, over, slot, filter, last, entries: true),
            "optMap" => new CelMacroNodes.OptionalMap(position, over, slot, last, flat: false),
            "optFlatMap" => new CelMacroNodes.OptionalMap(position, over, slot, last, flat: true),
            _ => SortBy(compiler, call, over, slot, last),
        };
    }

    private static CelCallNodes.SortBy SortBy(CelCompiler compiler, CelSyntax.Call call, CelNode over, int slot, CelNode key)
    {
        // The list is evaluated once and shared by what sorts and what computes keys.
        var shared = compiler.TakeSlots(1);
        var list = new CelBasicNodes.Slot(call.Position, shared);
        return new CelCallNodes.SortBy(call.Position, over, shared, new CelMacroNodes.ToList(call.Position, call.Name, list, slot, false, null, key));
    }

    private static CelNode Bind(CelCompiler compiler, CelSyntax.Call call)
    {
        if (call.Args.Count != 3 || call.Args[0] is not CelSyntax.Ident { Absolute: false } variable)
            return compiler.Broken(call.Position, CelErrorCodes.Syntax, "cel.bind takes a name, its value and an expression");
        var value = compiler.Compile(call.Args[1]);
        var slot = compiler.TakeSlots(1);
        return new CelMacroNodes.Bind(call.Position, slot, value, compiler.CompileBody(call.Args[2], [variable.Name], slot));
    }

    /// <summary>Splits arguments into variables and bodies; <c>x => body</c> reads as <c>x, body</c>.</summary>
    private static bool TryShape(CelSyntax.Call call, out List<string> variables, out List<CelSyntax> bodies)
    {
        variables = [];
        bodies = [];
        var (least, most, extra) = call.Name switch
        {
            "all" or "exists" or "exists_one" or "existsOne" => (1, 2, 0),
            "map" => (1, 1, 1),
            "transformList" or "transformMap" or "transformMapEntry" => (2, 2, 1),
            _ => (1, 1, 0),
        };
        var args = call.Args;
        if (args.Count > 0 && args[0] is CelSyntax.Lambda lambda)
        {
            variables.AddRange(lambda.Variables);
            bodies.Add(lambda.Body);
            bodies.AddRange(args.Skip(1));
        }
        else
        {
            var count = least == most ? least : args.Count - 1;
            for (var i = 0; i < args.Count; i++)
            {
                if (i >= count)
                    bodies.Add(args[i]);
                else if (args[i] is CelSyntax.Ident { Absolute: false } variable)
                    variables.Add(variable.Name);
                else if (args[i] is CelSyntax.Call { Name: "iterVar" } numbered && CelBlock.NameOf(numbered) is { } name)
                    variables.Add(name);
                else
                    return false;
            }
        }

        return variables.Count >= least && variables.Count <= most && bodies.Count >= 1 && bodies.Count <= 1 + extra
            && variables.Distinct(StringComparer.Ordinal).Count() == variables.Count && !bodies.Exists(b => b is CelSyntax.Lambda);
    }

    private static string Usage(string name) => name switch
    {
        "all" or "exists" or "exists_one" or "existsOne" => "one or two names and a condition, such as (x, x > 1) or (x => x > 1)",
        "map" => "a name, perhaps a condition, and an expression, such as (x, x + 1)",
        "transformList" or "transformMap" or "transformMapEntry" => "two names, perhaps a condition, and an expression, such as (k, v, v + 1)",
        _ => "a name and an expression, such as (x, x > 1)",
    };
}
