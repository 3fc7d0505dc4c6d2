using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Sightglass.Core.Expressions;

/// <summary>Text with expressions in <c>${{ }}</c>; <c>$${{</c> stands for a literal <c>${{</c>.</summary>
public sealed class CelTemplate
{
    private readonly IReadOnlyList<Part> _parts;

    private CelTemplate(string text, IReadOnlyList<Part> parts)
    {
        Text = text;
        _parts = parts;
        References = [.. parts.Where(p => p.Expression is not null).SelectMany(p => p.Expression!.References)];
        HasExpressions = parts.Any(p => p.Expression is not null);
    }

    /// <summary>Gets the text it was parsed from.</summary>
    public string Text { get; }

    /// <summary>Gets a value indicating whether the text is one expression and nothing else, whose value keeps its type.</summary>
    public bool IsWholeExpression => _parts is [{ Expression: not null }];

    /// <summary>Gets a value indicating whether there is any expression.</summary>
    public bool HasExpressions { get; }

    /// <summary>Gets the free names of all expressions, with lines and columns of the template.</summary>
    public IReadOnlyList<CelReference> References { get; }

    /// <summary>Parses a template; the errors of all its expressions are found in one pass.</summary>
    /// <param name="text">The text.</param>
    /// <param name="template">The template, or null when there are errors.</param>
    /// <param name="errors">The errors, empty on success, with lines and columns of the template.</param>
    /// <returns>Whether there are no errors.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out CelTemplate? template, out IReadOnlyList<CelError> errors)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = new List<Part>();
        var found = new List<CelError>();
        var literal = new StringBuilder();

        // Counted once: a text may hold as many expressions as lines.
        var lines = new CelLines(text);
        var at = 0;
        while (at < text.Length)
        {
            var open = text.IndexOf("${{", at, StringComparison.Ordinal);
            if (open < 0)
                break;
            literal.Append(text, at, open - at);
            if (open > at && text[open - 1] == '$')
            {
                literal.Append("{{");
                at = open + 3;
                continue;
            }

            var start = open + 3;
            var end = TemplateScanner.FindEnd(text, start);
            if (end < 0)
            {
                found.Add(lines.Error(open, CelErrorCodes.Syntax, "'${{' is not closed by '}}'"));
                literal.Clear();
                at = text.Length;
                break;
            }

            if (literal.Length > 0)
                parts.Add(new Part(literal.ToString(), null, open));
            literal.Clear();
            if (CelExpression.TryParse(text[start..end], text, lines, start, lenient: false, out var expression, out var problems))
                parts.Add(new Part("", expression, open));
            else
                found.AddRange(problems);
            at = end + 2;
        }

        literal.Append(text, at, text.Length - at);
        if (literal.Length > 0)
            parts.Add(new Part(literal.ToString(), null, at));
        errors = found;
        template = found.Count == 0 ? new CelTemplate(text, parts) : null;
        return template is not null;
    }

    /// <summary>Evaluates: a whole expression to its value, other text to a string.</summary>
    /// <param name="scope">The names and the budget, which each expression has to itself.</param>
    /// <returns>The value or the first error; a secret inside text is one, see <see cref="TryRender"/>.</returns>
    public CelResult Evaluate(CelScope scope)
    {
        if (IsWholeExpression)
            return _parts[0].Expression!.Evaluate(scope);
        if (!TryRender(scope, out var segments, out var error))
            return new CelResult(error);
        foreach (var segment in segments)
        {
            if (segment.Secret is not null)
            {
                var fault = CelFault.Secret().FaultUnsafe;
                return new CelResult(new CelLines(Text).Error(0, fault.Code, fault.Reason));
            }
        }

        return new CelResult(CelValue.String(segments is [var only] ? only.Text : string.Concat(segments.Select(s => s.Text))));
    }

    /// <summary>Renders as text and keeps secrets by reference.</summary>
    /// <param name="scope">The names and the budget, which each expression has to itself.</param>
    /// <param name="segments">The text and the secrets in order; neighbouring text is joined.</param>
    /// <param name="error">The first error, or null.</param>
    /// <returns>Whether there was no error.</returns>
    public bool TryRender(CelScope scope, out IReadOnlyList<TemplateSegment> segments, [NotNullWhen(false)] out CelError? error)
    {
        var rendered = new List<TemplateSegment>();
        var text = new StringBuilder();
        segments = rendered;
        error = null;
        foreach (var part in _parts)
        {
            if (part.Expression is null)
            {
                text.Append(part.Text);
                continue;
            }

            var result = part.Expression.Evaluate(scope);
            if (result.IsError)
            {
                error = result.Error;
                segments = [];
                return false;
            }

            if (result.Value.Kind == CelKind.Opaque)
            {
                if (text.Length > 0)
                    rendered.Add(new TemplateSegment(text.ToString(), null));
                text.Clear();
                rendered.Add(new TemplateSegment("", result.Value.SecretName));
                continue;
            }

            if (HoldsSecret(result.Value))
            {
                var fault = CelFault.Secret().FaultUnsafe;
                error = new CelLines(Text).Error(part.Position, fault.Code, fault.Reason);
                segments = [];
                return false;
            }

            text.Append(result.Value.ToText());
            if (text.Length <= CelLimits.MaxTemplateText)
                continue;
            error = new CelLines(Text).Error(part.Position, CelErrorCodes.BudgetExceeded, $"the text grows beyond {CelLimits.MaxTemplateText} characters");
            segments = [];
            return false;
        }

        if (text.Length > 0)
            rendered.Add(new TemplateSegment(text.ToString(), null));
        return true;
    }

    // Written out, a list that holds a secret could not be told from one that holds its name.
    private static bool HoldsSecret(in CelValue value) => value.Kind switch
    {
        CelKind.Opaque => true,
        CelKind.List => value.Items.Any(item => HoldsSecret(item)),
        CelKind.Map => value.Entries.Any(entry => HoldsSecret(entry.Value)),
        CelKind.Optional => value.TryGetOptional(out var held) && HoldsSecret(held),
        _ => false,
    };

    private sealed record Part(string Text, CelExpression? Expression, int Position);
}
