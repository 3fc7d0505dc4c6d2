using System.Diagnostics;
using Xunit;

namespace Sightglass.Adapters.Tests.Sqlite;

/// <summary>A disk of a few megabytes, in memory, that can be filled. Mounting one takes the right to: who lacks it skips these
/// tests, a CI run fails.</summary>
internal sealed class TinyDisk : IDisposable
{
    private readonly TempFolder _folder = new();

    public TinyDisk(int bytes)
    {
        Bytes = bytes;
        var may = Environment.IsPrivilegedProcess || Environment.GetEnvironmentVariable("CI") is not null;
        Assert.SkipUnless(OperatingSystem.IsLinux() && may, "Mounting a small disk takes Linux and its administrator.");
        Folder = Directory.CreateDirectory(_folder.File("disk")).FullName;
        Run("mount", "-t", "tmpfs", "-o", $"size={bytes}", "tmpfs", Folder);
    }

    public string Folder { get; }

    public int Bytes { get; }

    private string Ballast => Path.Combine(Folder, "ballast");

    /// <summary>Takes all but some bytes.</summary>
    public void Fill(long leave)
    {
        var take = new DriveInfo(Folder).AvailableFreeSpace - leave;
        if (take <= 0) return;
        using var file = new FileStream(Ballast, FileMode.Append);
        file.Write(new byte[take]);
    }

    /// <summary>Makes the disk larger.</summary>
    public void Grow(int bytes) => Run("mount", "-o", $"remount,size={bytes}", Folder);

    public void MakeRoom() => File.Delete(Ballast);

    public void Dispose()
    {
        Run("umount", "-l", Folder);
        _folder.Dispose();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error}");
    }
}
