namespace Sightglass.Core.Expressions;

/// <summary>What reading a member gives when there is none.</summary>
internal enum CelAccessKind
{
    /// <summary><c>a.b</c>: an error.</summary>
    Plain,

    /// <summary><c>a.?b</c>: an empty optional.</summary>
    Optional,

    /// <summary><c>a?.b</c>: null.</summary>
    Safe,
}
