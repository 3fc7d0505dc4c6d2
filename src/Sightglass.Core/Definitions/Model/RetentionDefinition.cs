namespace Sightglass.Core.Definitions;

/// <summary>How long ended executions of a pipeline are kept; what is not said here is taken from the server's settings.</summary>
public sealed record RetentionDefinition : ExtensibleDefinition
{
    /// <summary>Gets the time since its end after which an execution is deleted.</summary>
    public Duration? MaxAge { get; set; }

    /// <summary>Gets how many ended executions are kept, the newest.</summary>
    public int? MaxCount { get; set; }
}
