namespace Sightglass.Core.Expressions.Patterns;

/// <summary>One search: the steps that are open at a place of the text, followed all at once.</summary>
internal ref struct PatternMatcher
{
    /// <summary>Patterns up to this size need no memory of their own.</summary>
    internal const int Small = 48;

    /// <summary>How many numbers a step of the pattern takes.</summary>
    internal const int Rows = 4;

    private readonly PatternStep[] _steps;
    private readonly PatternClass[] _sets;
    private readonly Span<int> _open;
    private readonly Span<int> _waiting;
    private readonly Span<int> _stack;

    // The place at which a step was last opened, so that the set need not be cleared.
    private readonly Span<int> _openedAt;
    private int _openCount;
    private int _work;

    internal PatternMatcher(PatternStep[] steps, PatternClass[] sets, Span<int> memory)
    {
        _steps = steps;
        _sets = sets;
        var size = steps.Length;
        if (memory.Length < size * Rows)
            memory = new int[size * Rows];
        _open = memory[..size];
        _waiting = memory.Slice(size, size);
        _stack = memory.Slice(size * 2, size);
        _openedAt = memory.Slice(size * 3, size);
        _openedAt.Fill(-1);
    }

    internal bool Run(string text, bool atStartOnly, AsciiSet? first, ref long left)
    {
        var previous = -1;
        var waiting = 0;
        for (var at = 0; ;)
        {
            if (waiting == 0)
            {
                if (atStartOnly && at > 0)
                    return false;
                if (first is { } starts)
                    previous = Skip(text, starts, previous, ref at, ref left);
            }

            var next = At(text, at, out var length);
            _openCount = 0;
            _work = 1;
            var found = false;
            for (var i = 0; i < waiting && !found; i++)
                found = Open(_waiting[i], at, previous, next);
            if (!found && (at == 0 || !atStartOnly) && (first is not { } begins || next >= 128 || (next >= 0 && begins.Contains(next))))
                found = Open(0, at, previous, next);
            left -= _work;
            if (found || next < 0 || left < 0)
                return found && left >= 0;
            waiting = 0;
            for (var i = 0; i < _openCount; i++)
            {
                if (_sets[_steps[_open[i]].X].Contains(next))
                    _waiting[waiting++] = _open[i] + 1;
            }

            previous = next;
            at += length;
        }
    }

    private static int Skip(string text, AsciiSet first, int previous, ref int at, ref long left)
    {
        var start = at;
        while (at < text.Length && text[at] < 128 && !first.Contains(text[at]))
            at++;
        left -= (at - start) / 8;
        return at > start ? text[at - 1] : previous;
    }

    private static int At(string text, int at, out int length)
    {
        length = 1;
        if (at >= text.Length)
            return -1;
        var c = text[at];
        if (!char.IsHighSurrogate(c) || at + 1 >= text.Length || !char.IsLowSurrogate(text[at + 1]))
            return c;
        length = 2;
        return char.ConvertToUtf32(c, text[at + 1]);
    }

    /// <summary>Opens a step and all that can be reached from it without a character; true when that is the end of the pattern.</summary>
    private bool Open(int start, int at, int previous, int next)
    {
        var depth = 0;
        if (_openedAt[start] == at)
            return false;
        _openedAt[start] = at;
        _stack[depth++] = start;
        while (depth > 0)
        {
            var pc = _stack[--depth];
            _work++;
            ref readonly var step = ref _steps[pc];
            switch (step.Op)
            {
                case PatternOp.Match:
                    return true;
                case PatternOp.One:
                    _open[_openCount++] = pc;
                    break;
                case PatternOp.Split:
                    Push(step.Y, at, ref depth);
                    Push(step.X, at, ref depth);
                    break;
                case PatternOp.Jump:
                    Push(step.X, at, ref depth);
                    break;
                default:
                    if (Holds(step.Op, previous, next))
                        Push(pc + 1, at, ref depth);
                    break;
            }
        }

        return false;
    }

    private readonly void Push(int pc, int at, ref int depth)
    {
        if (_openedAt[pc] == at)
            return;
        _openedAt[pc] = at;
        _stack[depth++] = pc;
    }

    private static bool Holds(PatternOp place, int previous, int next) => place switch
    {
        PatternOp.TextStart => previous < 0,
        PatternOp.TextEnd => next < 0,
        PatternOp.LineStart => previous is -1 or '\n',
        PatternOp.LineEnd => next is -1 or '\n',
        PatternOp.WordEdge => IsWord(previous) != IsWord(next),
        _ => IsWord(previous) == IsWord(next),
    };

    private static bool IsWord(int c) => c is '_' or (>= '0' and <= '9') or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z');
}
