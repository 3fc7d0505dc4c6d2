using System.Text;

namespace Sightglass.Cli.Commands;

/// <summary>The process's standard output and error as UTF-8, whatever the locale says.</summary>
internal sealed class StandardStreams
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private static StandardStreams? _opened;

    private StandardStreams()
    {
        Raw = Console.OpenStandardOutput();
        Out = new StreamWriter(Raw, Utf8, 4096, leaveOpen: true);
        Error = new StreamWriter(Console.OpenStandardError(), Utf8, 1024, leaveOpen: true) { AutoFlush = true };
    }

    /// <summary>Gets the stream below <see cref="Out"/>, for bytes that must not be changed.</summary>
    public Stream Raw { get; }

    /// <summary>Gets standard output; whoever writes flushes when a reader should see it.</summary>
    public StreamWriter Out { get; }

    public StreamWriter Error { get; }

    public static StandardStreams Open() => _opened ??= new StandardStreams();
}
