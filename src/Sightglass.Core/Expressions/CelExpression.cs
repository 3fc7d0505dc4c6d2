using System.Diagnostics.CodeAnalysis;

namespace Sightglass.Core.Expressions;

/// <summary>A CEL expression, parsed and compiled once; any number of threads may evaluate it.</summary>
public sealed class CelExpression
{
    private readonly CelNode _root;
    private readonly int _slots;
    private readonly string _source;
    private readonly int _offset;

    private CelExpression(string text, CelNode root, int slots, string source, int offset, IReadOnlyList<CelReference> references)
    {
        Text = text;
        _root = root;
        _slots = slots;
        _source = source;
        _offset = offset;
        References = references;
    }

    /// <summary>Gets the text it was parsed from.</summary>
    public string Text { get; }

    /// <summary>Gets every free name with the constant path selected from it, in the order of the text.</summary>
    public IReadOnlyList<CelReference> References { get; }

    /// <summary>Parses and compiles; unknown functions and bad constant patterns are errors too.</summary>
    /// <param name="text">The text, at most 64 KB.</param>
    /// <param name="expression">The expression, or null when there are errors.</param>
    /// <param name="errors">The errors, empty on success.</param>
    /// <returns>Whether there are no errors.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out CelExpression? expression, out IReadOnlyList<CelError> errors)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, text, new CelLines(text), 0, lenient: false, out expression, out errors);
    }

    /// <summary>Evaluates; what fails in the expression is a result, only what resolvers throw is an exception.</summary>
    /// <param name="scope">The names and the budget.</param>
    /// <returns>The value or the error.</returns>
    public CelResult Evaluate(CelScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var value = _root.Eval(new EvalFrame(scope, _slots));
        if (!value.IsFault)
            return new CelResult(value);
        var fault = value.FaultUnsafe;
        return new CelResult(new CelLines(_source).Error(_offset + Math.Max(0, fault.Position), fault.Code, fault.Reason));
    }

    /// <summary>Parses a part of a text, in whose lines and columns errors are told; leniently, what can never evaluate fails when it is reached.</summary>
    internal static bool TryParse(
        string text, string source, CelLines lines, int offset, bool lenient, [NotNullWhen(true)] out CelExpression? expression, out IReadOnlyList<CelError> errors)
    {
        expression = null;
        try
        {
            var compiler = new CelCompiler();
            var root = compiler.Compile(CelParser.Parse(text));
            var fatal = compiler.Problems.Where(p => !lenient || p.Code == CelErrorCodes.Syntax).OrderBy(p => p.Position);
            errors = [.. fatal.Select(p => lines.Error(offset + p.Position, p.Code, p.Reason))];
            if (errors.Count > 0)
                return false;
            CelReference[] references = [.. compiler.References.OrderBy(r => r.Position).Select(r =>
            {
                var (line, column) = lines.Find(offset + r.Position);
                return new CelReference(r.Root, r.Path, line, column);
            })];
            expression = new CelExpression(text, root, compiler.SlotCount, source, offset, references);
            return true;
        }
        catch (CelSyntaxException problem)
        {
            errors = [lines.Error(offset + problem.Position, CelErrorCodes.Syntax, problem.Message)];
            return false;
        }
    }
}
