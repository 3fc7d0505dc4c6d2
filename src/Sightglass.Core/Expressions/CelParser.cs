using System.Collections.Frozen;

namespace Sightglass.Core.Expressions;

/// <summary>Reads tokens into a tree by precedence; both its own recursion and the tree's depth are bounded.</summary>
internal sealed class CelParser
{
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return",
        "var", "void", "while",
    }.ToFrozenSet(StringComparer.Ordinal);

    private readonly List<CelToken> _tokens;
    private int _at;
    private int _nesting;

    private CelParser(List<CelToken> tokens) => _tokens = tokens;

    private CelToken Current => _tokens[_at];

    internal static CelSyntax Parse(string text)
    {
        if (text.Length > CelLimits.MaxLength)
            throw new CelSyntaxException(0, $"the expression has {text.Length} characters: at most {CelLimits.MaxLength} are allowed");
        var parser = new CelParser(CelLexer.Read(text));
        if (parser.Current.Kind == CelTokenKind.End)
            throw new CelSyntaxException(0, "the expression is empty");
        var root = parser.Expression();
        if (parser.Current.Kind != CelTokenKind.End)
            throw parser.Unexpected("the end of the expression");
        return root;
    }

    private CelSyntax Expression()
    {
        if (++_nesting > CelLimits.MaxNesting)
            throw new CelSyntaxException(Current.Position, $"the expression is nested more than {CelLimits.MaxNesting} levels deep");
        var condition = Logic(isAnd: false);
        if (Current.Kind == CelTokenKind.Question)
        {
            var position = Next().Position;
            var then = Logic(isAnd: false);
            Expect(CelTokenKind.Colon, "':' of the conditional");
            condition = Checked(new CelSyntax.Conditional(position, condition, then, Expression()));
        }

        _nesting--;
        return condition;
    }

    private CelSyntax Logic(bool isAnd)
    {
        var op = isAnd ? CelTokenKind.AndAnd : CelTokenKind.OrOr;
        var first = isAnd ? Binary(1) : Logic(isAnd: true);
        if (Current.Kind != op)
            return first;
        var position = Current.Position;
        List<CelSyntax> terms = [first];
        while (Current.Kind == op)
        {
            Next();
            terms.Add(isAnd ? Binary(1) : Logic(isAnd: true));
        }

        return Checked(new CelSyntax.Logic(position, isAnd, terms));
    }

    private CelSyntax Binary(int minimum)
    {
        var left = Unary();
        while (true)
        {
            var op = Current;
            var precedence = Precedence(op.Kind);
            if (precedence < minimum || precedence == 0)
                return left;
            Next();
            left = Checked(new CelSyntax.Binary(op.Position, op.Kind, left, Binary(precedence + 1)));
        }
    }

    private static int Precedence(CelTokenKind kind) => kind switch
    {
        CelTokenKind.Equal or CelTokenKind.NotEqual or CelTokenKind.Less or CelTokenKind.LessEqual or CelTokenKind.Greater
            or CelTokenKind.GreaterEqual or CelTokenKind.In => 1,
        CelTokenKind.Plus or CelTokenKind.Minus => 2,
        CelTokenKind.Star or CelTokenKind.Slash or CelTokenKind.Percent => 3,
        _ => 0,
    };

    private CelSyntax Unary()
    {
        var start = _at;
        while (Current.Kind is CelTokenKind.Not or CelTokenKind.Minus)
            Next();
        var operators = _at - start;
        CelSyntax operand;
        if (operators > 0 && Current is { Kind: CelTokenKind.Literal, Value.IsNumber: true } number && _tokens[_at - 1].Kind == CelTokenKind.Minus
            && number.Value.Kind != CelKind.Uint)
        {
            operators--;
            Next();
            var value = number.Value.Kind == CelKind.Int
                ? CelValue.Int(unchecked(-number.Value.IntUnsafe))
                : CelValue.Double(-number.Value.DoubleUnsafe);
            operand = Member(new CelSyntax.Literal(_tokens[_at - 2].Position, value));
        }
        else
        {
            operand = Member(Primary());
        }

        for (var i = start + operators - 1; i >= start; i--)
            operand = Checked(new CelSyntax.Unary(_tokens[i].Position, _tokens[i].Kind, operand));
        return operand;
    }

    private CelSyntax Member(CelSyntax operand)
    {
        while (true)
        {
            var token = Current;
            switch (token.Kind)
            {
                case CelTokenKind.Dot:
                    Next();
                    operand = Field(operand, Accept(CelTokenKind.Question) ? CelAccessKind.Optional : CelAccessKind.Plain);
                    break;
                case CelTokenKind.SafeDot:
                    Next();
                    operand = Accept(CelTokenKind.LeftBracket) ? IndexTail(operand, token, CelAccessKind.Safe) : Field(operand, CelAccessKind.Safe);
                    break;
                case CelTokenKind.LeftBracket:
                    Next();
                    operand = IndexTail(operand, token, Accept(CelTokenKind.Question) ? CelAccessKind.Optional : CelAccessKind.Plain);
                    break;
                case CelTokenKind.LeftBrace when operand is CelSyntax.Ident or CelSyntax.Select:
                    throw new CelSyntaxException(token.Position, "messages are not supported: write a map such as {'a': 1}");
                default:
                    return operand;
            }

            Checked(operand);
        }
    }

    private CelSyntax.Index IndexTail(CelSyntax operand, CelToken bracket, CelAccessKind access)
    {
        var key = Expression();
        Expect(CelTokenKind.RightBracket, "']'");
        return new CelSyntax.Index(bracket.Position, operand, key, access);
    }

    private CelSyntax Field(CelSyntax operand, CelAccessKind access)
    {
        var name = Current;
        if (name.Kind != CelTokenKind.Ident)
            throw Unexpected("a field name");
        Next();
        if (!name.Quoted && Current.Kind == CelTokenKind.LeftParen && access != CelAccessKind.Optional)
            return new CelSyntax.Call(name.Position, operand, name.Name!, Arguments(), access == CelAccessKind.Safe);
        return new CelSyntax.Select(name.Position, operand, name.Name!, access);
    }

    private CelSyntax Primary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case CelTokenKind.Literal:
                Next();
                if (token.Value.Kind == CelKind.Int && token.Value.IntUnsafe == long.MinValue)
                    throw new CelSyntaxException(token.Position, "the integer is not in range of int");
                return new CelSyntax.Literal(token.Position, token.Value);
            case CelTokenKind.Dot:
                Next();
                return Name(absolute: true);
            case CelTokenKind.Ident:
                return Name(absolute: false);
            case CelTokenKind.LeftParen:
                Next();
                var inner = Expression();
                Expect(CelTokenKind.RightParen, "')'");
                return inner;
            case CelTokenKind.LeftBracket:
                return ListLiteral();
            case CelTokenKind.LeftBrace:
                return MapLiteral();
            default:
                throw Unexpected("a value");
        }
    }

    private CelSyntax Name(bool absolute)
    {
        var token = Current;
        if (token.Kind != CelTokenKind.Ident || token.Quoted)
            throw Unexpected("a name");
        if (Reserved.Contains(token.Name!))
            throw new CelSyntaxException(token.Position, $"'{token.Name}' is a reserved word");
        Next();
        if (Current.Kind == CelTokenKind.LeftParen)
            return Checked(new CelSyntax.Call(token.Position, null, token.Name!, Arguments(), safe: false));
        return new CelSyntax.Ident(token.Position, token.Name!, absolute);
    }

    private List<CelSyntax> Arguments()
    {
        Next();
        List<CelSyntax> args = [];
        if (Accept(CelTokenKind.RightParen))
            return args;
        do
            args.Add(IsLambda(out var variables) ? Lambda(variables) : Expression());
        while (Accept(CelTokenKind.Comma));
        Expect(CelTokenKind.RightParen, "',' or ')'");
        return args;
    }

    private CelSyntax ListLiteral()
    {
        var start = Next();
        List<CelSyntax> items = [];
        List<bool> optional = [];
        while (Current.Kind != CelTokenKind.RightBracket)
        {
            optional.Add(Accept(CelTokenKind.Question));
            items.Add(Expression());
            if (!Accept(CelTokenKind.Comma))
                break;
        }

        Expect(CelTokenKind.RightBracket, "',' or ']'");
        return Checked(new CelSyntax.ListLiteral(start.Position, items, optional));
    }

    private CelSyntax MapLiteral()
    {
        var start = Next();
        List<CelSyntax> keys = [];
        List<CelSyntax> values = [];
        List<bool> optional = [];
        while (Current.Kind != CelTokenKind.RightBrace)
        {
            optional.Add(Accept(CelTokenKind.Question));
            keys.Add(Expression());
            Expect(CelTokenKind.Colon, "':' after the key");
            values.Add(Expression());
            if (!Accept(CelTokenKind.Comma))
                break;
        }

        Expect(CelTokenKind.RightBrace, "',' or '}'");
        return Checked(new CelSyntax.MapLiteral(start.Position, keys, values, optional));
    }

    private bool IsLambda(out List<string> variables)
    {
        variables = [];
        if (Current.Kind == CelTokenKind.Ident)
        {
            variables.Add(Current.Name!);
            return _tokens[_at + 1].Kind == CelTokenKind.Arrow;
        }

        if (Current.Kind != CelTokenKind.LeftParen)
            return false;
        var at = _at + 1;
        while (_tokens[at].Kind == CelTokenKind.Ident)
        {
            variables.Add(_tokens[at++].Name!);
            if (_tokens[at].Kind != CelTokenKind.Comma)
                break;
            at++;
        }

        return _tokens[at].Kind == CelTokenKind.RightParen && _tokens[at + 1].Kind == CelTokenKind.Arrow;
    }

    private CelSyntax Lambda(List<string> variables)
    {
        var position = Current.Position;
        while (Current.Kind != CelTokenKind.Arrow)
            Next();
        Next();
        return Checked(new CelSyntax.Lambda(position, variables, Expression()));
    }

    private CelToken Next() => _tokens[_at++];

    private bool Accept(CelTokenKind kind)
    {
        if (Current.Kind != kind)
            return false;
        _at++;
        return true;
    }

    private void Expect(CelTokenKind kind, string what)
    {
        if (!Accept(kind))
            throw Unexpected(what);
    }

    private static CelSyntax Checked(CelSyntax node) => node.Depth <= CelLimits.MaxDepth
        ? node
        : throw new CelSyntaxException(node.Position, $"the expression is more than {CelLimits.MaxDepth} operations deep");

    private CelSyntaxException Unexpected(string expected)
    {
        var token = Current;
        var found = token.Kind switch
        {
            CelTokenKind.End => "the end",
            CelTokenKind.Ident or CelTokenKind.In => $"'{token.Name}'",
            CelTokenKind.Literal => $"a {token.Value.TypeName}",
            _ => $"'{Spelling(token.Kind)}'",
        };
        return new CelSyntaxException(token.Position, $"expected {expected}, found {found}");
    }

    private static string Spelling(CelTokenKind kind) => kind switch
    {
        CelTokenKind.LeftParen => "(",
        CelTokenKind.RightParen => ")",
        CelTokenKind.LeftBracket => "[",
        CelTokenKind.RightBracket => "]",
        CelTokenKind.LeftBrace => "{",
        CelTokenKind.RightBrace => "}",
        CelTokenKind.Comma => ",",
        CelTokenKind.Colon => ":",
        CelTokenKind.Dot => ".",
        CelTokenKind.Question => "?",
        CelTokenKind.SafeDot => "?.",
        CelTokenKind.Arrow => "=>",
        _ => CelOperators.Spelling(kind),
    };
}
