using System.Text.RegularExpressions;
using Sightglass.Core.Expressions;
using Sightglass.Core.Expressions.Patterns;
using Xunit;

namespace Sightglass.Core.Tests.Expressions.Patterns;

public sealed class TextPatternTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("b+", "abc", true)]
    [InlineData("^b", "abc", false)]
    [InlineData("c$", "abc", true)]
    [InlineData("^c$", "abc\nc", false)]
    [InlineData("(?m)^c$", "abc\nc", true)]
    [InlineData("^a.c$", "a\nc", false)]
    [InlineData("(?s)^a.c$", "a\nc", true)]
    [InlineData("^(?:a|bc|)d$", "d", true)]
    [InlineData("^(a|ab)(c|bcd)$", "abcd", true)]
    [InlineData("^a{2,3}$", "aaaa", false)]
    [InlineData("^a{2,}$", "aaaa", true)]
    [InlineData("^a{,2}$", "a{,2}", true)]
    [InlineData("a{2}?", "aa", true)]
    [InlineData("^(?i)äöK$", "ÄÖk", true)]
    [InlineData("^(?i:A)b$", "aB", false)]
    [InlineData("(?i)k", "\u212a", true)]
    [InlineData("^[^a-c]$", "d", true)]
    [InlineData("^[]a]+$", "]a", true)]
    [InlineData("^[a\\-z]$", "-", true)]
    [InlineData("^[a-]$", "-", true)]
    [InlineData("^[[:alpha:]_]+$", "a_Z", true)]
    [InlineData("^[[:^alpha:]]$", "9", true)]
    [InlineData("^[\\d\\s]+$", "1 2", true)]
    [InlineData("^[^\\D5]$", "4", true)]
    [InlineData("^[^\\D5]$", "٤", false)]
    [InlineData("^\\w$", "é", false)]
    [InlineData("\\bcat\\b", "a cat sat", true)]
    [InlineData("\\bcat\\b", "concat", false)]
    [InlineData("\\Bcat", "concat", true)]
    [InlineData("\\Aab\\z", "ab\n", false)]
    [InlineData("^\\pL\\p{Nd}\\PL$", "é٣!", true)]
    [InlineData("^\\p{^L}$", "1", true)]
    [InlineData("^\\p{Any}$", "\U0001F600", true)]
    [InlineData("^\\p{So}$", "\U0001F600", true)]
    [InlineData("^\\pL$", "\U00010400", true)]
    [InlineData("^[^\U0001F600-\U0001F60F]$", "\U0001F610", true)]
    [InlineData("^[^\U0001F600-\U0001F60F]$", "\U0001F605", false)]
    [InlineData("^[^\U0001F600]$", "a", true)]
    [InlineData("^.$", "\U0001F600", true)]
    [InlineData("^..$", "\U0001F600", false)]
    [InlineData("^\\x41\\x{1F600}\\101\\0$", "A\U0001F600A\0", true)]
    [InlineData("^\\Qa.b\\E+$", "a.bbb", true)]
    [InlineData("^\\Qa.b", "a.b", true)]
    [InlineData("(?P<year>\\d{4})-(?<month>\\d\\d)", "on 2024-05-01", true)]
    [InlineData("^(?:(?:a*)*)*$", "aaab", false)]
    [InlineData("(a*)+b", "aaab", true)]
    [InlineData("x*", "", true)]
    [InlineData("(^|,)b($|,)", "a,b,c", true)]
    [InlineData("^(()|a)+$", "aa", true)]
    public void Pattern_is_found_when_RE2_finds_it(string pattern, string text, bool expected)
    {
        var left = 100_000L;
        Assert.Equal(expected, Parse(pattern).IsMatch(text, ref left));
        Assert.InRange(left, 1, 99_999);
    }

    [Theory]
    [InlineData("(", "not closed")]
    [InlineData(")", "not open")]
    [InlineData("[a", "not closed")]
    [InlineData("*a", "nothing for '*'")]
    [InlineData("a|+", "nothing for '+'")]
    [InlineData("{2}", "nothing for a count")]
    [InlineData("a**", "repeats a repetition")]
    [InlineData("a{2}{3}", "repeats a repetition")]
    [InlineData("a{1001}", "over 1000")]
    [InlineData("a{99999999999999}", "over 1000")]
    [InlineData("a{3,2}", "ends before it starts")]
    [InlineData("[b-a]", "not in order")]
    [InlineData("\\", "backslash")]
    [InlineData("(a)\\1", "back references")]
    [InlineData("(?=a)", "RE2 does not have")]
    [InlineData("(?<=a)b", "RE2 does not have")]
    [InlineData("(?<!a)b", "RE2 does not have")]
    [InlineData("(?>a)", "RE2 does not have")]
    [InlineData("\\Z", "RE2 has no escape")]
    [InlineData("\\p{Greek}", "unknown category")]
    [InlineData("[[:letters:]]", "unknown character class")]
    [InlineData("\\x{110000}", "does not exist")]
    [InlineData("(?P<a-b>x)", "name of a group")]
    [InlineData("(a{1000}){1000}", "too large")]
    [InlineData("((((a{10}){10}){10}){10}){10}", "too large")]
    public void Pattern_is_refused_with_the_reason_when_it_is_none(string pattern, string reason)
    {
        Assert.False(TextPattern.TryParse(pattern, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Pattern_is_refused_when_it_is_long_or_nested_deeply()
    {
        Assert.False(TextPattern.TryParse(new string('a', CelLimits.MaxPatternLength + 1), out _, out _));
        Assert.False(TextPattern.TryParse(new string('(', 500) + new string(')', 500), out _, out _));
        Assert.True(TextPattern.TryParse("((((((((){1000}){1000}){1000}){1000}){1000}){1000}){1000}){1000}", out var nothing, out _));
        Assert.InRange(nothing.Size, 1, 10);
    }

    [Theory]
    [InlineData("(a|b|ab)*c", "abab")]
    [InlineData("(a?){500}a{500}$", "a")]
    [InlineData("(.*){10}x", "ab")]
    [InlineData("[ab]*a[ab]{300}$", "ab")]
    public void Matching_takes_steps_in_proportion_to_the_text_when_the_pattern_is_hostile(string pattern, string part)
    {
        var compiled = Parse(pattern);
        Assert.InRange(Steps(compiled, string.Concat(Enumerable.Repeat(part, 2_000))), 1, 2_001L * part.Length * (compiled.Size + 1));

        var left = 1_000L;
        Assert.False(compiled.IsMatch(string.Concat(Enumerable.Repeat(part, 2_000)) + "-", ref left));
        Assert.True(left < 0);
    }

    [Fact]
    public void Matching_agrees_with_another_engine_on_random_patterns()
    {
        var random = new Random(7);
        var found = 0;
        for (var i = 0; i < 2_000; i++)
        {
            var pattern = Random(random, 3);
            // It takes words to be Unicode, so the texts hold ASCII.
            var other = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);
            var mine = Parse("(?s)" + pattern);
            for (var j = 0; j < 5; j++)
            {
                var text = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => "abcA\n 1_"[random.Next(8)]));
                var left = long.MaxValue;
                var expected = other.IsMatch(text);
                Assert.True(expected == mine.IsMatch(text, ref left), $"/{pattern}/ on \"{text}\" must give {expected}");
                found += expected ? 1 : 0;
            }
        }

        Assert.InRange(found, 2_000, 8_000);
    }

    [Fact]
    public void Parse_never_throws_when_patterns_are_random()
    {
        const string Signs = "ab-09[]{}()*+?|^$.\\pPLxQE:<>=!,dwsDWSbBAzi\U0001F600\ud800";
        var random = new Random(11);
        var accepted = 0;
        for (var i = 0; i < 60_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => Signs[random.Next(Signs.Length)]));
            if (!TextPattern.TryParse(text, out var pattern, out var problem))
            {
                Assert.NotEmpty(problem);
                continue;
            }

            accepted++;
            var left = 10_000L;
            pattern.IsMatch("ab-0 \U0001F600\ud800é", ref left);
        }

        Assert.InRange(accepted, 6_000, 54_000);
    }

    private static TextPattern Parse(string text)
    {
        Assert.True(TextPattern.TryParse(text, out var pattern, out var problem), problem);
        return pattern;
    }

    private static long Steps(TextPattern pattern, string text)
    {
        var left = long.MaxValue;
        pattern.IsMatch(text, ref left);
        return long.MaxValue - left;
    }

    private static string Random(Random random, int depth)
    {
        if (depth == 0 || random.Next(4) == 0)
        {
            string[] atoms = ["a", "b", "c", ".", "[ab]", "[^a]", "[a-c1]", "^", "\\z", "\\b", "\\B", " ", "[^\\n]", "(?i:a)", ""];
            return atoms[random.Next(atoms.Length)];
        }

        var inner = Random(random, depth - 1);
        string[] counts = ["*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "*?"];
        return random.Next(4) switch
        {
            0 => $"(?:{inner}){counts[random.Next(counts.Length)]}",
            1 => $"(?:{inner}|{Random(random, depth - 1)})",
            2 => $"({inner})",
            _ => inner + Random(random, depth - 1),
        };
    }
}
