namespace Sightglass.Core.Stages.Shell;

/// <summary>Ends what the stages of a process that died left running.</summary>
public static class OrphanedProcesses
{
    /// <summary>
    /// Finds and ends the processes of the attempts that stand in a record file (<see cref="ShellStageOptions.RecordFile"/>):
    /// by number and start of the first one, by the mark in their environment, by session and by parents. Whatever is not
    /// known by these to belong to them is left alone, also where a number was given out again. Call it before the first
    /// stage runs, as the only one who uses the file.
    /// </summary>
    /// <param name="recordFile">The file; that there is none means that nothing ran.</param>
    /// <param name="grace">The time between the request to end and the end by force.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The attempts of which something was left.</returns>
    /// <exception cref="IOException">The file cannot be read or removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file belongs to somebody else.</exception>
    public static async Task<IReadOnlyList<OrphanedAttempt>> EndAsync(string recordFile, TimeSpan grace, TimeProvider time)
    {
        // Elsewhere nothing is recorded.
        if (!OperatingSystem.IsLinux())
            return [];
        var records = ProcessFile.Read(recordFile);
        var search = new OrphanSearch(records);
        if (records.Count > 0 && search.Look().Count > 0)
        {
            // This process may be ended as suddenly as the one before, when those by which the others are known have gone.
            ProcessFile.Append(recordFile, search.FoundRecords);
            search.Signal(LibC.SigTerm);
            if (!await search.AreGoneWithinAsync(grace, null, time))
                await search.AreGoneWithinAsync(ShellLimits.OrphanEnd, LibC.SigKill, time);
        }

        // What could not be ended was killed nevertheless: it ends when the system lets go of it.
        File.Delete(recordFile);
        return search.Result();
    }
}
