using Sightglass.Cli.LiveView;
using Xunit;

namespace Sightglass.Cli.Tests.LiveView;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\e[31mred\e[0m", "red")]
    [InlineData("\e]0;title\atext", "text")]
    [InlineData("\e]8;;http://x\e\\link\e]8;;\e\\", "link")]
    [InlineData("\e[2J\e[Hgone", "gone")]
    [InlineData("a\bb\0c\u0085d\u009b31m", "abcd31m")]
    [InlineData("\ePq#0\e\\rest", "rest")]
    [InlineData("half \e[", "half ")]
    [InlineData("half \e", "half ")]
    [InlineData("\u202Etxt.exe", "txt.exe")]
    [InlineData("a\tb", "a    b")]
    public void Clean_leaves_only_text(string text, string expected) => Assert.Equal(expected, TerminalText.Clean(text));

    [Theory]
    [InlineData("\e[1;31mred\e[0m", "\e[1;31mred\e[0m")]
    [InlineData("\e[38;5;9mred\e[K", "\e[38;5;9mred")]
    [InlineData("\e[?25lred", "red")]
    public void Clean_keeps_colour_where_it_may(string text, string expected) => Assert.Equal(expected, TerminalText.Clean(text, keepColor: true));

    [Theory]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdef", 5, "abcd…")]
    [InlineData("漢字漢字", 5, "漢字…")]
    [InlineData("漢字漢字", 4, "漢…")]
    [InlineData("e\u0301e\u0301", 2, "e\u0301e\u0301")]
    [InlineData("\e[31mabcdef\e[0m", 4, "\e[31mabc…\e[0m")]
    [InlineData("abc", 0, "")]
    public void Fit_cuts_to_columns(string text, int columns, string expected) => Assert.Equal(expected, TerminalText.Fit(text, columns));
}
