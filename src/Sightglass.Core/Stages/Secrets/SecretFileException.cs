namespace Sightglass.Core.Stages.Secrets;

/// <summary>A secrets file that must not or cannot be used. The message says what to do and quotes no secret.</summary>
/// <param name="message">What is wrong and what to do.</param>
public sealed class SecretFileException(string message) : Exception(message);
