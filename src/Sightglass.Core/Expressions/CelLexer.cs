using System.Globalization;

namespace Sightglass.Core.Expressions;

/// <summary>Splits an expression into tokens.</summary>
internal sealed class CelLexer(string text)
{
    private readonly List<CelToken> _tokens = [];
    private int _at;

    internal static List<CelToken> Read(string text)
    {
        var lexer = new CelLexer(text);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (true)
        {
            SkipBlank();
            if (_at >= text.Length)
                break;
            var c = text[_at];
            if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1))))
                Number();
            else if (c is '_' || char.IsAsciiLetter(c))
                Word();
            else if (c is '"' or '\'')
                Literal(isBytes: false, isRaw: false, _at);
            else if (c == '`')
                Backticks();
            else
                Punctuation(c);
        }

        _tokens.Add(new CelToken(CelTokenKind.End, text.Length, text.Length));
    }

    private char Peek(int ahead) => _at + ahead < text.Length ? text[_at + ahead] : '\0';

    private void SkipBlank()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                _at++;
            }
            else if (text[_at] == '/' && Peek(1) == '/')
            {
                while (_at < text.Length && text[_at] != '\n')
                    _at++;
            }
            else
            {
                return;
            }
        }
    }

    private void Word()
    {
        var start = _at;
        while (_at < text.Length && (text[_at] == '_' || char.IsAsciiLetterOrDigit(text[_at])))
            _at++;
        var word = text[start.._at];
        if (_at < text.Length && text[_at] is '"' or '\'' && IsPrefix(word, out var isBytes, out var isRaw))
        {
            Literal(isBytes, isRaw, start);
            return;
        }

        _tokens.Add(word switch
        {
            "true" => Value(start, CelValue.Bool(true)),
            "false" => Value(start, CelValue.Bool(false)),
            "null" => Value(start, CelValue.Null),
            "in" => new CelToken(CelTokenKind.In, start, _at, word),
            _ => new CelToken(CelTokenKind.Ident, start, _at, word),
        });
    }

    private static bool IsPrefix(string word, out bool isBytes, out bool isRaw)
    {
        isBytes = word.Length > 0 && word[0] is 'b' or 'B';
        isRaw = word.Length > 0 && word[^1] is 'r' or 'R';
        return word.Length == 1 ? isBytes || isRaw : word.Length == 2 && isBytes && isRaw;
    }

    private CelToken Value(int start, CelValue value) => new(CelTokenKind.Literal, start, _at, null, value);

    private void Backticks()
    {
        var start = _at++;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '.' or '-' or '/' or ' '))
            _at++;
        if (_at >= text.Length || text[_at] != '`' || _at == start + 1)
            throw new CelSyntaxException(start, "a name in backticks holds letters, digits and _ . - / and ends with a backtick");
        _at++;
        _tokens.Add(new CelToken(CelTokenKind.Ident, start, _at, text[(start + 1)..(_at - 1)], Quoted: true));
    }

    private void Literal(bool isBytes, bool isRaw, int start)
    {
        var value = CelLiteral.Read(text, ref _at, isBytes, isRaw);
        _tokens.Add(Value(start, value));
    }

    private void Number()
    {
        var start = _at;
        if (text[_at] == '0' && Peek(1) is 'x' or 'X')
        {
            _at += 2;
            while (char.IsAsciiHexDigit(Peek(0)))
                _at++;
            Integer(start, text.AsSpan(start + 2, _at - start - 2), NumberStyles.AllowHexSpecifier);
            return;
        }

        SkipDigits();
        var isDouble = false;
        if (Peek(0) == '.' && char.IsAsciiDigit(Peek(1)))
        {
            isDouble = true;
            _at++;
            SkipDigits();
        }

        if (Peek(0) is 'e' or 'E' && (char.IsAsciiDigit(Peek(1)) || (Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2)))))
        {
            isDouble = true;
            _at += 2;
            SkipDigits();
        }

        if (!isDouble)
        {
            Integer(start, text.AsSpan(start, _at - start), NumberStyles.None);
            return;
        }

        RefuseSuffix(start);
        var number = double.Parse(text.AsSpan(start, _at - start), CultureInfo.InvariantCulture);
        if (!double.IsFinite(number))
            throw new CelSyntaxException(start, "the number is not in range of double");
        _tokens.Add(Value(start, CelValue.Double(number)));
    }

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(Peek(0)))
            _at++;
    }

    private void Integer(int start, ReadOnlySpan<char> digits, NumberStyles style)
    {
        var unsigned = Peek(0) is 'u' or 'U';
        if (unsigned)
            _at++;
        RefuseSuffix(start);
        if (!ulong.TryParse(digits, style, CultureInfo.InvariantCulture, out var number))
            throw new CelSyntaxException(start, "the integer is not in range of 64 bits");
        if (unsigned)
        {
            _tokens.Add(Value(start, CelValue.Uint(number)));
            return;
        }

        var negated = _tokens.Count > 0 && _tokens[^1].Kind == CelTokenKind.Minus;
        if (number > (ulong)long.MaxValue + (negated ? 1UL : 0))
            throw new CelSyntaxException(start, "the integer is not in range of int");
        // The parser folds a minus sign into the literal, so the smallest int passes through here as itself.
        _tokens.Add(Value(start, CelValue.Int(unchecked((long)number))));
    }

    private void RefuseSuffix(int start)
    {
        if (Peek(0) == '_' || char.IsAsciiLetterOrDigit(Peek(0)))
            throw new CelSyntaxException(start, "a number must be followed by an operator or a blank");
    }

    private void Punctuation(char c)
    {
        var next = Peek(1);
        var (kind, length) = (c, next) switch
        {
            ('?', '.') when !char.IsAsciiDigit(Peek(2)) => (CelTokenKind.SafeDot, 2),
            ('=', '>') => (CelTokenKind.Arrow, 2),
            ('=', '=') => (CelTokenKind.Equal, 2),
            ('!', '=') => (CelTokenKind.NotEqual, 2),
            ('<', '=') => (CelTokenKind.LessEqual, 2),
            ('>', '=') => (CelTokenKind.GreaterEqual, 2),
            ('&', '&') => (CelTokenKind.AndAnd, 2),
            ('|', '|') => (CelTokenKind.OrOr, 2),
            ('(', _) => (CelTokenKind.LeftParen, 1),
            (')', _) => (CelTokenKind.RightParen, 1),
            ('[', _) => (CelTokenKind.LeftBracket, 1),
            (']', _) => (CelTokenKind.RightBracket, 1),
            ('{', _) => (CelTokenKind.LeftBrace, 1),
            ('}', _) => (CelTokenKind.RightBrace, 1),
            (',', _) => (CelTokenKind.Comma, 1),
            (':', _) => (CelTokenKind.Colon, 1),
            ('.', _) => (CelTokenKind.Dot, 1),
            ('?', _) => (CelTokenKind.Question, 1),
            ('!', _) => (CelTokenKind.Not, 1),
            ('-', _) => (CelTokenKind.Minus, 1),
            ('+', _) => (CelTokenKind.Plus, 1),
            ('*', _) => (CelTokenKind.Star, 1),
            ('/', _) => (CelTokenKind.Slash, 1),
            ('%', _) => (CelTokenKind.Percent, 1),
            ('<', _) => (CelTokenKind.Less, 1),
            ('>', _) => (CelTokenKind.Greater, 1),
            _ => (CelTokenKind.End, 0),
        };
        if (length == 0)
            throw new CelSyntaxException(_at, Describe(c));
        _tokens.Add(new CelToken(kind, _at, _at + length));
        _at += length;
    }

    private static string Describe(char c) => c switch
    {
        '=' => "unexpected '=': compare with '=='",
        '&' => "unexpected '&': use '&&'",
        '|' => "unexpected '|': use '||'",
        _ => char.IsControl(c) || char.IsSurrogate(c) ? $"unexpected character U+{(int)c:X4}" : $"unexpected character '{c}'",
    };
}
