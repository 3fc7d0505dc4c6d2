using Sightglass.Core.Expressions;

namespace Sightglass.Core.Definitions;

/// <summary>An expression of a stage with what it names, or why it cannot be read.</summary>
internal sealed record ParsedExpression(StageExpression Source, IReadOnlyList<CelReference> References, IReadOnlyList<CelError> Errors)
{
    /// <summary>Gets whether the text is one <c>${{ }}</c> and nothing else.</summary>
    public bool IsWhole { get; private init; }

    public static ParsedExpression Of(StageExpression source)
    {
        if (source.Kind == ExpressionKind.Forbidden) return new ParsedExpression(source, [], []);
        if (source.Kind == ExpressionKind.Expression)
        {
            return CelExpression.TryParse(source.Text, out var expression, out var errors)
                ? new ParsedExpression(source, expression.References, [])
                : new ParsedExpression(source, [], errors);
        }

        return CelTemplate.TryParse(source.Text, out var template, out var faults)
            ? new ParsedExpression(source, template.References, []) { IsWhole = template.IsWholeExpression }
            : new ParsedExpression(source, [], faults);
    }

    public static IReadOnlyList<ParsedExpression> AllOf(StageDefinition stage) => [.. StageExpressions.Of(stage).Select(Of)];
}
