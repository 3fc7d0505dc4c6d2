using Sightglass.Core.Ports;

namespace Sightglass.Sqlite.Database;

/// <summary>What the tokens of the search begin with, so that one organisation's never meet another's, and neither do those
/// of children and of executions that stand for themselves.</summary>
internal static class SearchScope
{
    private const int Digits = 12;

    public static string Of(string organization, bool isChild) => SearchTokens.HashOf(organization)[..Digits] + (isChild ? 'c' : 'r');

    /// <summary>Gives the token of a pipeline.</summary>
    public static string OfPipeline(string pipeline) => "p" + SearchTokens.HashOf(pipeline);

    /// <summary>Gives the token of a status that an execution has ended with.</summary>
    public static string OfStatus(int status) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"s{status}");

    /// <summary>Gives a row's form of tokens: each between two spaces.</summary>
    public static string Join(IReadOnlyCollection<string> tokens) => tokens.Count == 0 ? "" : $" {string.Join(' ', tokens)} ";
}
