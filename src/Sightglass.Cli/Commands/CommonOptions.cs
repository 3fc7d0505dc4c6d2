using System.CommandLine;

namespace Sightglass.Cli.Commands;

/// <summary>Options that several verbs share.</summary>
internal static class CommonOptions
{
    public static Option<string?> Data { get; } = new("--data")
    {
        Description = "The data folder (default: $SIGHTGLASS_DATA, else .sightglass in the current folder).",
        HelpName = "DIR",
        Recursive = true,
    };

    public static Option<string?> Server { get; } = new("--server")
    {
        Description = "Work at this server in place of a data folder, such as https://sightglass.example.org (default: $SIGHTGLASS_SERVER).",
        HelpName = "URL",
        Recursive = true,
    };

    public static Option<string?> Token { get; } = new("--token")
    {
        Description = "The API token to show to the server (default: $SIGHTGLASS_TOKEN). Other users of this machine can see arguments: prefer --token-file or the variable.",
        HelpName = "TOKEN",
        Recursive = true,
    };

    public static Option<string?> TokenFile { get; } = new("--token-file")
    {
        Description = "A file that holds the token.",
        HelpName = "FILE",
        Recursive = true,
    };

    public static Option<string?> Pipelines() => new("--pipelines")
    {
        Description = "The folder of pipeline files (default: ./pipelines if it exists, else ./samples).",
        HelpName = "DIR",
    };

    public static Option<string[]> AllowHosts() => new("--allow-host")
    {
        Description = "A host that http stages may reach though its address is private; may be given several times.",
        HelpName = "HOST",
    };

    public static Option<bool> Json(string description) => new("--json") { Description = description };
}
