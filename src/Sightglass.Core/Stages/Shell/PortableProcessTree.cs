using System.ComponentModel;
using System.Diagnostics;

namespace Sightglass.Core.Stages.Shell;

/// <summary>A tree by parent numbers, as far as System.Diagnostics.Process sees it: what left its parent is not found.</summary>
internal sealed class PortableProcessTree(Process process) : ProcessTree
{
    private long _peak;

    public override IReadOnlyList<int> Members => process.HasExited ? [] : [process.Id];

    public override long PeakMemoryBytes => _peak;

    public override double OrphanCpuMs => 0;

    public override int Terminate()
    {
        if (process.HasExited)
            return 0;
        // Windows has no request that every console program hears: the grace is skipped there.
        if (OperatingSystem.IsWindows())
            return Kill();
        _ = LibC.kill(process.Id, LibC.SigTerm);
        return 1;
    }

    public override int Kill()
    {
        var count = Count();
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended meanwhile, or parts of it belong to somebody else: Count says what is left.
        }

        return count;
    }

    public override Task MembersEndedAsync(TimeProvider time) => process.WaitForExitAsync();

    public override int Count(bool fresh = true)
    {
        if (process.HasExited)
            return 0;
        try
        {
            process.Refresh();
            _peak = Math.Max(_peak, process.WorkingSet64);
        }
        catch (InvalidOperationException)
        {
            return 0;
        }

        return 1;
    }

    public override void Dispose()
    {
    }
}
