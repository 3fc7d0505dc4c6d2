using Sightglass.Core.Expressions;

namespace Sightglass.Core.Tests.Expressions.Conformance;

/// <summary>
/// What the public cases say of an error: any would do for them, but an overflow that is refused as syntax would pass for the
/// wrong reason.
/// </summary>
internal static class ConformanceErrors
{
    private static readonly (string Said, string[] Codes)[] Table =
    [
        ("overflow", [CelErrorCodes.Overflow]),
        ("divide by zero", [CelErrorCodes.DivideByZero]),
        ("modulus by zero", [CelErrorCodes.DivideByZero]),
        ("index out of range", [CelErrorCodes.IndexOutOfRange]),
        ("out of range", [CelErrorCodes.InvalidArgument]),
        ("range", [CelErrorCodes.Overflow, CelErrorCodes.InvalidConversion, CelErrorCodes.InvalidArgument]),
        ("no such key", [CelErrorCodes.NoSuchField, CelErrorCodes.NoSuchOverload]),
        ("no such overload", [CelErrorCodes.NoSuchOverload, CelErrorCodes.UnknownFunction]),
        ("repeated key", [CelErrorCodes.DuplicateKey]),
        ("unsupported key type", [CelErrorCodes.NoSuchOverload]),
        ("undeclared reference", [CelErrorCodes.UnknownName]),
        ("unbound function", [CelErrorCodes.UnknownFunction]),
        ("conversion error", [CelErrorCodes.InvalidConversion]),
        ("formatting", [CelErrorCodes.InvalidArgument]),
        ("negative offset", [CelErrorCodes.InvalidArgument]),
    ];

    /// <summary>Null, or what is wrong with the error.</summary>
    public static string? Differs(ConformanceCase one, CelError error)
    {
        if (!one.Get("evalError")!.Value.TryGetProperty("errors", out var errors))
            return null;
        var said = errors[0].GetProperty("message").GetString()!;
        var row = Array.Find(Table, row => said.Contains(row.Said, StringComparison.OrdinalIgnoreCase));
        return row.Codes is null || row.Codes.Contains(error.Code) ? null : $"{one.Expression} fails with {error.Code} in place of '{said}'";
    }
}
