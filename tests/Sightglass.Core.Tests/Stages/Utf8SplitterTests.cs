using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sightglass.Core.Stages;
using Xunit;

namespace Sightglass.Core.Tests.Stages;

public sealed class Utf8SplitterTests
{
    [Fact]
    public void Splitter_joins_characters_however_the_bytes_are_split()
    {
        var text = Encoding.UTF8.GetBytes("aü€😀\u0301z");
        for (var first = 0; first <= text.Length; first++)
        {
            for (var second = first; second <= text.Length; second++)
                Assert.Equal("aü€😀\u0301z", Run(text[..first], text[first..second], text[second..]));
        }
    }

    [Fact]
    public void Splitter_writes_whole_characters_only()
    {
        var splitter = new Utf8Splitter();
        var output = new ArrayBufferWriter<byte>();

        splitter.Push([(byte)'a', 0xE2, 0x82], output);
        Assert.Equal("a", Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal(2, splitter.Held);

        splitter.Push([0xAC], output);
        Assert.Equal("a€", Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal(0, splitter.Held);
    }

    [Fact]
    public void Splitter_does_to_any_bytes_in_any_pieces_what_the_decoder_does_to_the_whole()
    {
        var bytes = Gen.OneOf(Gen.Choose(0, 255), Gen.Elements(0xC3, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x98, 0x80, 0xED, 0xA0)).Select(value => (byte)value);
        var cases = from all in Gen.ListOf(bytes) from sizes in Gen.ListOf(Gen.Choose(0, 5)) select (All: all.ToArray(), Sizes: sizes.ToArray());

        Prop.ForAll(cases.ToArbitrary(), sample => Run(Cut(sample.All, sample.Sizes)) == Encoding.UTF8.GetString(sample.All))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void Splitter_replaces_a_character_that_never_ends() => Assert.Equal("a\uFFFD", Run("a"u8.ToArray(), [0xF0, 0x9F]));

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

    private static string Run(params byte[][] parts)
    {
        var splitter = new Utf8Splitter();
        var output = new ArrayBufferWriter<byte>();
        foreach (var part in parts)
            splitter.Push(part, output);
        splitter.Flush(output);
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(output.WrittenSpan);
    }
}
