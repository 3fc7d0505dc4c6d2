namespace Sightglass.Core.Definitions;

/// <summary>How far the check of an output against its JSON Schema goes, whatever a model or a program gives.</summary>
public static class JsonSchemaLimits
{
    /// <summary>The most problems that are told of one output.</summary>
    public const int MaxProblems = 20;

    /// <summary>How deep schemas, and the values they are held against, may be nested.</summary>
    public const int MaxDepth = 64;

    /// <summary>
    /// The steps that one check may take: a value held against a schema, a name looked for among 8, a choice of 16 characters
    /// compared, or 8 steps of a pattern each take one.
    /// </summary>
    public const long MaxSteps = 20_000_000;

    /// <summary>The most characters of a path or a choice that a problem quotes.</summary>
    public const int MaxQuoted = 200;

    /// <summary>The most problems that are told of one schema.</summary>
    public const int MaxRuleProblems = 100;
}
