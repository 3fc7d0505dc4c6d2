namespace Sightglass.Tests;

/// <summary>Files of the repository that tests read, or hold against the code. Compiled into every test project.</summary>
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
