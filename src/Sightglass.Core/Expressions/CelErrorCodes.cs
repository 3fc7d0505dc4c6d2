namespace Sightglass.Core.Expressions;

/// <summary>The stable codes of <see cref="CelError"/>; none is ever reused for another meaning.</summary>
public static class CelErrorCodes
{
    /// <summary>The text is not an expression.</summary>
    public const string Syntax = "syntax";

    /// <summary>A map has no such key, or a list no such field.</summary>
    public const string NoSuchField = "no_such_field";

    /// <summary>An operator or function does not take values of these types.</summary>
    public const string NoSuchOverload = "no_such_overload";

    /// <summary>A number, timestamp or duration left its range.</summary>
    public const string Overflow = "overflow";

    /// <summary>An integer was divided by zero.</summary>
    public const string DivideByZero = "divide_by_zero";

    /// <summary>A name is not in scope.</summary>
    public const string UnknownName = "unknown_name";

    /// <summary>A function does not exist or does not take this many arguments.</summary>
    public const string UnknownFunction = "unknown_function";

    /// <summary>The expression cost more than its budget.</summary>
    public const string BudgetExceeded = "budget_exceeded";

    /// <summary>A value cannot be converted to the asked type.</summary>
    public const string InvalidConversion = "invalid_conversion";

    /// <summary>An argument has the right type and a value that is not allowed.</summary>
    public const string InvalidArgument = "invalid_argument";

    /// <summary>An index lies outside its list or string.</summary>
    public const string IndexOutOfRange = "index_out_of_range";

    /// <summary>A map literal names one key twice.</summary>
    public const string DuplicateKey = "duplicate_key";

    /// <summary>A secret was used outside env, headers, body and model fields.</summary>
    public const string SecretMisuse = "secret_misuse";

    /// <summary>A line of input is not a request.</summary>
    public const string InvalidRequest = "invalid_request";
}
