namespace Sightglass.Core.Ports;

/// <summary>Why a store cannot commit, or may soon be unable to. Nothing is lost; what waits goes on when it is mended.</summary>
/// <param name="Code">Stable code, such as <c>disk_full</c> or <c>database_locked</c>.</param>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Since">Since when.</param>
public sealed record StoreTrouble(string Code, string Message, DateTimeOffset Since);
