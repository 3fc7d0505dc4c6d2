namespace Sightglass.Core.Expressions;

/// <summary>An evaluation error on its way up: a value, since <c>||</c> and <c>&amp;&amp;</c> may still absorb it.</summary>
internal sealed class CelFault(string code, string reason)
{
    internal string Code { get; } = code;

    internal string Reason { get; } = reason;

    /// <summary>Gets or sets the offset in the expression; functions leave it to the node that called them.</summary>
    internal int Position { get; set; } = -1;

    /// <summary>Gets a value indicating whether nothing may absorb it: a spent budget stays spent.</summary>
    internal bool IsFatal => ReferenceEquals(Code, CelErrorCodes.BudgetExceeded);

    internal static CelValue Of(string code, string reason) => CelValue.FromFault(new CelFault(code, reason));

    internal static CelValue Overload(string where, string expected, in CelValue found) => Overload(where, expected, found.TypeName);

    internal static CelValue Overload(string where, string expected, string found) =>
        Of(CelErrorCodes.NoSuchOverload, $"no such overload of {where}: expected {expected}, found {found}");

    internal static CelValue Budget() => Of(CelErrorCodes.BudgetExceeded, "the expression exceeds its cost budget");

    internal static CelValue Secret() =>
        Of(CelErrorCodes.SecretMisuse, "secrets can only be used in env, headers, body and model fields");

    internal static CelValue Overflow(string what) => Of(CelErrorCodes.Overflow, $"{what} overflow: the result is out of range");
}
