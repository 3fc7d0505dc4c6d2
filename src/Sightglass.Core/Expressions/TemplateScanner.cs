namespace Sightglass.Core.Expressions;

/// <summary>Finds where an expression inside text ends, past strings, comments and braces of its own.</summary>
internal static class TemplateScanner
{
    /// <summary>The offset of the closing <c>}}</c>, or -1.</summary>
    internal static int FindEnd(string text, int start)
    {
        var depth = 0;
        for (var at = start; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '"' or '\'':
                    at = SkipString(text, at, IsRaw(text, start, at));
                    if (at < 0)
                        return -1;
                    break;
                case '/' when at + 1 < text.Length && text[at + 1] == '/':
                    at = text.IndexOf('\n', at);
                    if (at < 0)
                        return -1;
                    break;
                case '{':
                    depth++;
                    break;
                case '}' when depth > 0:
                    depth--;
                    break;
                case '}' when at + 1 < text.Length && text[at + 1] == '}':
                    return at;
                default:
                    break;
            }
        }

        return -1;
    }

    private static bool IsRaw(string text, int start, int quote)
    {
        if (quote == start || text[quote - 1] is not ('r' or 'R'))
            return false;
        var before = quote - 2;
        if (before >= start && text[before] is 'b' or 'B')
            before--;
        return before < start || !(char.IsAsciiLetterOrDigit(text[before]) || text[before] == '_');
    }

    private static int SkipString(string text, int at, bool raw)
    {
        var quote = text[at];
        var triple = at + 2 < text.Length && text[at + 1] == quote && text[at + 2] == quote;
        at += triple ? 3 : 1;
        for (; at < text.Length; at++)
        {
            if (text[at] == '\\' && !raw)
                at++;
            else if (text[at] == quote && !triple)
                return at;
            else if (text[at] == quote && at + 2 < text.Length && text[at + 1] == quote && text[at + 2] == quote)
                return at + 2;
        }

        return -1;
    }
}
