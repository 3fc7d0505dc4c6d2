using System.Runtime.InteropServices;

namespace Sightglass.Core.Stages.Shell;

/// <summary>Sends signals to processes that were seen, and to nobody else.</summary>
internal static class LinuxSignal
{
    /// <summary>Sends one by a handle that was checked, so that a number which was used again meanwhile hits nobody else.</summary>
    public static void Send(in ProcEntry process, int signal)
    {
        var handle = LibC.PidfdOpen(process.Pid);
        try
        {
            if (ProcTable.ReadOne(process.Pid) is not { } now || now.Start != process.Start)
                return;
            Send(handle, process.Pid, signal);
            if (signal == LibC.SigTerm)
                Send(handle, process.Pid, LibC.SigCont); // A stopped process would not hear it.
        }
        finally
        {
            if (handle >= 0)
                _ = LibC.close(handle);
        }
    }

    private static void Send(int handle, int pid, int signal)
    {
        // Sandboxes that know no handles have only the number.
        if (handle < 0 || (!LibC.PidfdSignal(handle, signal) && Marshal.GetLastPInvokeError() == LibC.NoSuchCall))
            _ = LibC.kill(pid, signal);
    }
}
