namespace Sightglass.Core.Stages.Shell;

/// <summary>What the file of processes says of one attempt: its first process and, once they are told to end, all others.
/// Those by which the rest would be known may be gone first, and this program may be ended in between.</summary>
internal sealed class AttemptRecord
{
    private readonly ProcessFile _file;
    private readonly ProcessRecord _record;
    private readonly List<int> _slots;
    private readonly HashSet<(int Pid, long Start)> _known = [];

    /// <summary>Records an attempt that is about to be started.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public AttemptRecord(ProcessFile file, ProcessRecord record)
    {
        (_file, _record) = (file, record);
        _slots = [file.Add(record)];
    }

    /// <summary>Adds what is known once the first process is there: from then on it is found also where it turns into a
    /// program with an environment of its own.</summary>
    public void Started(int pid, long start)
    {
        _known.Add((pid, start));
        _file.Change(_slots[0], _record with { Pid = pid, Start = start });
    }

    /// <summary>Adds processes that are about to be told to end.</summary>
    public void Add(IReadOnlyList<ProcEntry> members)
    {
        foreach (var member in members)
        {
            if (!_known.Add((member.Pid, member.Start)))
                continue;
            try
            {
                _slots.Add(_file.Add(_record with { Pid = member.Pid, Start = member.Start }));
            }
            catch (IOException)
            {
                // A full disk must not keep them from being ended.
                return;
            }
        }
    }

    /// <summary>Takes everything away: nothing of it is left.</summary>
    public void Remove() => _slots.ForEach(_file.Remove);
}
