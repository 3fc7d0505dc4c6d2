namespace Sightglass.Core.Expressions;

/// <summary>The kinds of value an expression can hold.</summary>
public enum CelKind : byte
{
    /// <summary>The null value.</summary>
    Null = 0,

    /// <summary>A truth value.</summary>
    Bool,

    /// <summary>A signed 64-bit integer.</summary>
    Int,

    /// <summary>An unsigned 64-bit integer.</summary>
    Uint,

    /// <summary>A 64-bit IEEE 754 number.</summary>
    Double,

    /// <summary>A sequence of Unicode code points.</summary>
    String,

    /// <summary>A sequence of bytes.</summary>
    Bytes,

    /// <summary>An ordered list of values.</summary>
    List,

    /// <summary>A map from bool, int, uint or string keys to values.</summary>
    Map,

    /// <summary>A point in time with nanoseconds, years 1 to 9999.</summary>
    Timestamp,

    /// <summary>A signed span of time with nanoseconds, about ±292 years.</summary>
    Duration,

    /// <summary>A type such as <c>int</c>.</summary>
    Type,

    /// <summary>A value that may be absent.</summary>
    Optional,

    /// <summary>A secret known by its name only.</summary>
    Opaque,
}
