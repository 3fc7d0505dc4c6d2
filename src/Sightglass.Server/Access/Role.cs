namespace Sightglass.Server.Access;

/// <summary>What somebody may do; each role may do all that the ones before it may.</summary>
internal enum Role
{
    /// <summary>Nothing, but for what is granted on single pipelines.</summary>
    None,

    /// <summary>Reads.</summary>
    Viewer,

    /// <summary>Runs pipelines and acts on executions.</summary>
    Operator,

    /// <summary>Writes definitions, which is to run code.</summary>
    Author,

    /// <summary>Manages accounts and tokens, and deletes.</summary>
    Admin,
}
