using System.Diagnostics;

namespace Sightglass.Adapters.Tests.Sqlite;

/// <summary>A disk of a few megabytes, in memory, that can be filled. Mounting one takes the right to; a machine without it
/// runs these tests as its administrator, or in a container.</summary>
internal sealed class TinyDisk : IDisposable
{
    private readonly TempFolder _folder = new();

    public TinyDisk(int bytes)
    {
        Folder = Directory.CreateDirectory(_folder.File("disk")).FullName;
        Run("mount", "-t", "tmpfs", "-o", $"size={bytes}", "tmpfs", Folder);
    }

    public string Folder { get; }

    private string Ballast => Path.Combine(Folder, "ballast");

    /// <summary>Takes all but some bytes.</summary>
    public void Fill(long leave)
    {
        var take = new DriveInfo(Folder).AvailableFreeSpace - leave;
        if (take <= 0) return;
        using var file = new FileStream(Ballast, FileMode.Append);
        file.Write(new byte[take]);
    }

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
