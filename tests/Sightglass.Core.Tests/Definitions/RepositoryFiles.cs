namespace Sightglass.Core.Tests.Definitions;

/// <summary>Files of the repository that tests hold against the code.</summary>
internal static class RepositoryFiles
{
    /// <summary>Set to <c>1</c>, it makes tests rewrite the files they check.</summary>
    public const string Rewrite = "SIGHTGLASS_REWRITE";

    public static bool IsRewriting => Environment.GetEnvironmentVariable(Rewrite) == "1";

    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sightglass.slnx"))) return folder.FullName;
        }

        throw new InvalidOperationException("The tests run outside the repository.");
    }
}
