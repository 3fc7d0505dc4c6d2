namespace Sightglass.Cli.Commands;

/// <summary>Where a verb works.</summary>
internal enum VerbPlace
{
    /// <summary>In a data folder of this machine, and at a server.</summary>
    Anywhere,

    /// <summary>In a data folder of this machine alone.</summary>
    Folder,

    /// <summary>With neither: on files and texts.</summary>
    Here,
}
