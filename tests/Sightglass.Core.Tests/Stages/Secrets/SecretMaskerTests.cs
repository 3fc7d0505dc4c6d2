using System.Buffers;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Sightglass.Core.Stages.Secrets;
using Xunit;

namespace Sightglass.Core.Tests.Stages.Secrets;

public sealed class SecretMaskerTests
{
    private const string Secret = "p@ss/w\"rd+42ü";

    [Theory]
    [InlineData("a p@ss/w\"rd+42ü b", "a *** b")]
    [InlineData("p@ss/w\"rd+42üp@ss/w\"rd+42ü", "******")]
    [InlineData("p@ss/w\"rd+42", "p@ss/w\"rd+42")]
    [InlineData("", "")]
    public void Masker_replaces_the_secret(string text, string expected) => Assert.Equal(expected, Mask([Secret], text));

    [Fact]
    public void Masker_replaces_every_form_when_the_text_was_encoded()
    {
        foreach (var form in Forms(Secret))
            Assert.Equal("<***>", Mask([Secret], $"<{form}>"));
    }

    [Fact]
    public void Masker_finds_base64_at_every_alignment()
    {
        for (var lead = 0; lead < 6; lead++)
        {
            for (var trail = 0; trail < 4; trail++)
            {
                var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('u', lead) + Secret + new string(':', trail)));

                var masked = Mask([Secret], text);

                Assert.Contains("***", masked, StringComparison.Ordinal);
                // The characters at the edges hold bits of both sides; no more than two of them stay.
                Assert.True(masked.Length <= text.Length - (Secret.Length * 4 / 3) + 3 + 2, masked);
            }
        }
    }

    [Fact]
    public void Masker_goes_line_by_line_when_a_secret_has_several()
    {
        const string key = "-----BEGIN KEY-----\nabcdefgh12345678\nxy\n-----END KEY-----\n";

        Assert.Equal("> ***\n> ***\n> xy\n", Mask([key], "> -----BEGIN KEY-----\n> abcdefgh12345678\n> xy\n"));
        Assert.Equal("***.", Mask([key], key.Trim() + "."));
    }

    [Fact]
    public void Masker_leaves_secrets_that_are_too_short() => Assert.Equal("the abc1234", Mask(["abc1234", "the"], "the abc1234"));

    [Fact]
    public void Masker_hides_both_when_secrets_overlap()
    {
        Assert.Equal("x***y", Mask(["abcdefgh", "efghijkl"], "xabcdefghijkly"));
        Assert.Equal("x***y", Mask(["abcdefgh", "abcdefghijkl"], "xabcdefghijkly"));
        Assert.Equal("***", Mask(["aaaaaaaa"], new string('a', 50_000)));
    }

    [Fact]
    public void Masker_gives_the_same_at_every_split()
    {
        var text = Encoding.UTF8.GetBytes($"start {string.Join(' ', Forms(Secret))} p@ss/w end");
        var expected = Mask([Secret], Encoding.UTF8.GetString(text));
        for (var first = 0; first <= text.Length; first++)
        {
            for (var second = first; second <= Math.Min(text.Length, first + 30); second++)
                Assert.Equal(expected, Run(SecretPatterns.Create([Secret]), text[..first], text[first..second], text[second..]));
        }
    }

    [Fact]
    public void Masker_shows_nothing_of_any_secret_however_the_stream_is_cut()
    {
        var cases =
            from secrets in Gen.NonEmptyListOf(Gen.Elements("ab", "c", "ba").ListOf(8).Select(parts => string.Concat(parts)))
            from pieces in Gen.NonEmptyListOf(Gen.OneOf(Gen.Elements(secrets.ToArray()), Gen.Elements("a", "b", "c", "\n", "ab ", "cab")))
            from cuts in Gen.ListOf(Gen.Choose(1, 9))
            select (Secrets: secrets.ToArray(), Text: string.Concat(pieces), Cuts: cuts.ToArray());

        Prop.ForAll(cases.ToArbitrary(), sample =>
        {
            var patterns = SecretPatterns.Create(sample.Secrets);
            var masked = Run(patterns, Cut(Encoding.UTF8.GetBytes(sample.Text), sample.Cuts));
            return masked == Naive(sample.Secrets, sample.Text);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Masker_holds_back_no_more_than_may_become_a_secret()
    {
        var masker = new SecretMasker(SecretPatterns.Create(["abcdefgh"]));
        var output = new ArrayBufferWriter<byte>();

        masker.Push("text abcd"u8, output);
        Assert.Equal("text ", Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal(4, masker.Held);

        masker.Push("x"u8, output);
        Assert.Equal("text abcdx", Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal(0, masker.Held);
    }

    [Fact]
    public void Text_is_the_same_object_when_it_holds_no_secret()
    {
        const string text = "nothing to see here";

        Assert.Same(text, SecretPatterns.Create([Secret]).MaskText(text));
        Assert.Equal("***!", SecretPatterns.Create([Secret]).MaskText(Secret + "!"));
    }

    [Fact]
    public void Json_stays_json_when_texts_names_and_numbers_are_masked()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?> { ["text"] = $"x {Secret}", [Secret] = 1, ["n"] = 1234567890, ["other"] = new object?[] { null, true, 1.50m, "ü\n" } });

        var masked = SecretPatterns.Create([Secret, "1234567890"]).MaskJson(json);

        Assert.Equal("""{"text":"x ***","***":1,"n":"***","other":[null,true,1.50,"ü\n"]}""", Encoding.UTF8.GetString(masked.Span));
    }

    private static IEnumerable<string> Forms(string secret) =>
    [
        secret, Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).Replace('+', '-').Replace('/', '_'),
        Uri.EscapeDataString(secret), JsonEncodedText.Encode(secret).ToString(), secret.Replace("\"", "\\\"", StringComparison.Ordinal),
    ];

    // What is covered by any secret is hidden; touching secrets that do not overlap are hidden each for itself.
    private static string Naive(string[] secrets, string text)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            var end = i + Longest(i);
            if (end == i)
            {
                result.Append(text[i++]);
                continue;
            }

            for (; i < end; i++)
                end = Math.Max(end, i + Longest(i));
            result.Append("***");
        }

        return result.ToString();

        int Longest(int at) => secrets.Where(secret => string.CompareOrdinal(text, at, secret, 0, secret.Length) == 0 && secret.Length >= SecretLimits.MinLength).Select(secret => secret.Length).DefaultIfEmpty(0).Max();
    }

    private static byte[][] Cut(byte[] text, int[] sizes)
    {
        var parts = new List<byte[]>();
        foreach (var size in sizes)
        {
            var take = Math.Min(size, text.Length);
            parts.Add(text[..take]);
            text = text[take..];
        }

        return [.. parts, text];
    }

    private static string Mask(string[] secrets, string text) => Run(SecretPatterns.Create(secrets), Encoding.UTF8.GetBytes(text));

    private static string Run(SecretPatterns patterns, params byte[][] parts)
    {
        var masker = new SecretMasker(patterns);
        var output = new ArrayBufferWriter<byte>();
        foreach (var part in parts)
            masker.Push(part, output);
        masker.Flush(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
