namespace Sightglass.Core.Expressions.Patterns;

/// <summary>Lays a pattern out as steps; counted repetitions are written out, which its limit bounds.</summary>
internal sealed class PatternCompiler
{
    private readonly List<PatternStep> _steps = [];
    private readonly List<PatternClass> _sets = [];

    internal static (PatternStep[] Steps, PatternClass[] Sets) Compile(PatternNode node)
    {
        var compiler = new PatternCompiler();
        compiler.Emit(node);
        compiler.Add(new PatternStep(PatternOp.Match));
        return ([.. compiler._steps], [.. compiler._sets]);
    }

    private int Add(PatternStep step)
    {
        if (_steps.Count >= CelLimits.MaxPatternSteps)
            throw new PatternSyntaxException($"its repetitions make it too large: it takes more than {CelLimits.MaxPatternSteps} steps");
        _steps.Add(step);
        return _steps.Count - 1;
    }

    private void Emit(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.One one:
                Add(new PatternStep(PatternOp.One, SetOf(one.Set)));
                break;
            case PatternNode.Place place:
                Add(new PatternStep(place.Kind));
                break;
            case PatternNode.Sequence sequence:
                foreach (var part in sequence.Parts)
                    Emit(part);
                break;
            case PatternNode.Choice choice:
                Emit(choice);
                break;
            case PatternNode.Repeat repeat:
                Emit(repeat);
                break;
        }
    }

    private void Emit(PatternNode.Choice choice)
    {
        var ends = new List<int>();
        for (var i = 0; i < choice.Options.Count - 1; i++)
        {
            var split = Add(default);
            Emit(choice.Options[i]);
            ends.Add(Add(default));
            _steps[split] = new PatternStep(PatternOp.Split, split + 1, _steps.Count);
        }

        Emit(choice.Options[^1]);
        foreach (var end in ends)
            _steps[end] = new PatternStep(PatternOp.Jump, _steps.Count);
    }

    private void Emit(PatternNode.Repeat repeat)
    {
        var start = _steps.Count;
        for (var i = 0; i < repeat.Least; i++)
        {
            start = _steps.Count;
            Emit(repeat.Body);
            // What takes no step takes none however often it is repeated.
            if (_steps.Count == start)
                return;
        }

        if (repeat.Most == -1 && repeat.Least > 0)
        {
            Add(new PatternStep(PatternOp.Split, start, _steps.Count + 1));
        }
        else if (repeat.Most == -1)
        {
            var split = Add(default);
            Emit(repeat.Body);
            Add(new PatternStep(PatternOp.Jump, split));
            _steps[split] = new PatternStep(PatternOp.Split, split + 1, _steps.Count);
        }
        else
        {
            EmitOptional(repeat.Body, repeat.Most - repeat.Least);
        }
    }

    private void EmitOptional(PatternNode body, int count)
    {
        var splits = new List<int>();
        for (var i = 0; i < count; i++)
        {
            splits.Add(Add(default));
            Emit(body);
            if (_steps.Count == splits[^1] + 1)
                break;
        }

        foreach (var split in splits)
            _steps[split] = new PatternStep(PatternOp.Split, split + 1, _steps.Count);
    }

    // Copies of one part share its set.
    private int SetOf(PatternClass set)
    {
        var at = _sets.LastIndexOf(set);
        if (at >= 0)
            return at;
        _sets.Add(set);
        return _sets.Count - 1;
    }
}
