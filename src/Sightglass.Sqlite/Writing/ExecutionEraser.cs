using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;
using SQLitePCL;

namespace Sightglass.Sqlite.Writing;

/// <summary>Deletes executions in steps, each a bounded part of a commit that appends share.</summary>
/// <remarks>
/// The first step takes the execution out of sight and leaves its tombstone; from then on it stands in the table of
/// erasures until nothing of it is left, so that a restart goes on with it. Steps run on the writing connection, hence
/// never beside an append: a value is in use by a row that both see, or it is stored again.
/// </remarks>
internal sealed class ExecutionEraser(Connection connection, SearchWriter search, CommitLoop loop) : IAsyncDisposable
{
    private const int StepRows = 64;
    private const long StepBytes = 512 * 1024;

    private static readonly AppendOutcome Nothing = new(AppendStatus.Appended, 0, 0);

    // One deletion at a time; the statements belong to whoever has the baton of the commit loop.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lazy<EraserStatements> _sql = new(() => new EraserStatements(connection));
    private Task _resumed = Task.CompletedTask;

    /// <summary>Goes on in the background with what an earlier process left.</summary>
    public void Resume()
    {
        try
        {
            if (connection.Scalar("SELECT EXISTS (SELECT 1 FROM erasures)") == 1) _resumed = Task.Run(FinishAllAsync);
        }
        catch (StoreUnavailableException)
        {
            // Whoever reads or writes next is told; deleting can wait.
        }
    }

    /// <summary>Deletes an execution of which a read has said that it and its children have ended at a sequence.</summary>
    public async ValueTask<EraseOutcome> EraseAsync(Guid id, long last, ErasureRequest request, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var outcome = default(EraseOutcome);
            long key = 0;
            await loop.WriteAsync(() => Decide(id, last, request, out outcome, out key), cancellationToken).ConfigureAwait(false);
            if (outcome.Status != EraseStatus.Erased) return outcome;
            var children = 0;
            while (await StepAsync().ConfigureAwait(false) is { IsDone: false } step)
                if (step.Root == key) children += step.Buried;
            return outcome with { Executions = 1 + children };
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Removes tombstones, by the keys of their executions.</summary>
    public async ValueTask ForgetAsync(IReadOnlyList<long> keys, CancellationToken cancellationToken) => await loop.WriteAsync(
        () =>
        {
            foreach (var key in keys) _sql.Value.DeleteTombstone.Bind(1, key).Run();
            return Nothing;
        },
        cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _resumed.ConfigureAwait(false);
    }

    private async Task FinishAllAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            while (!_stopping.IsCancellationRequested && !(await StepAsync().ConfigureAwait(false)).IsDone)
            {
            }
        }
        catch (Exception error) when (error is StoreUnavailableException or ObjectDisposedException)
        {
            // It stands in the table; the next deletion or the next start goes on.
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask<Step> StepAsync()
    {
        var step = default(Step);
        await loop.WriteAsync(
            () =>
            {
                step = TakeStep();
                return Nothing;
            },
            CancellationToken.None).ConfigureAwait(false);
        return step;
    }

    private AppendOutcome Decide(Guid id, long last, ErasureRequest request, out EraseOutcome outcome, out long key)
    {
        outcome = new EraseOutcome(EraseStatus.NotEnded, 0);
        key = 0;
        var found = _sql.Value.Find.Bind(1, id);
        if (!found.Step())
        {
            outcome = new EraseOutcome(EraseStatus.AlreadyErased, 0);
            return Nothing;
        }

        key = found.Int64(0);
        var (status, at) = ((ExecutionStatus)found.Int32(1), found.Int64(2));
        found.Reset();

        // It was re-opened since, and may have begun further children.
        if (!status.IsTerminal() || at != last) return Nothing;
        _sql.Value.RaiseFloor.Run();
        Bury(key, key, SummaryRow.Microseconds(request.At), request.By, request.Reason);
        outcome = new EraseOutcome(EraseStatus.Erased, 1);
        return Nothing;
    }

    private void Bury(long key, long root, long at, string by, string? reason)
    {
        var sql = _sql.Value;
        sql.Name.Bind(1, key).Step();
        var (id, pipeline, organization) = (sql.Name.Guid(0), sql.Name.Text(1), sql.Name.Text(2));
        sql.Name.Reset();
        sql.Entomb.Bind(1, key).Bind(2, id).Bind(3, at).Bind(4, by).Bind(5, reason).Bind(6, pipeline).Bind(7, organization)
            .Bind(8, TombstoneCheck.Of(id, at, by, reason, pipeline, organization)).Run();
        search.Forget(key);
        sql.DeleteHead.Bind(1, key).Run();
        sql.DeleteExecution.Bind(1, key).Run();
        sql.Begin.Bind(1, key).Bind(2, root).Run();
    }

    private Step TakeStep()
    {
        var sql = _sql.Value;
        if (!sql.First.Step()) return new Step(0, 0, IsDone: true);
        var (key, root, at, by, reason) = (sql.First.Int64(0), sql.First.Int64(1), sql.First.Int64(3), sql.First.Text(4), sql.First.NullableText(5));
        var children = Keys(sql.Children.Bind(1, sql.First.Guid(2)).Bind(2, StepRows));
        sql.First.Reset();
        foreach (var (child, _) in children) Bury(child, root, at, by, reason);
        if (children.Count > 0) return new Step(root, children.Count, IsDone: false);
        if (DeleteBlocks(key) || DeleteValues(key)) return new Step(root, 0, IsDone: false);
        sql.Finish.Bind(1, key).Run();
        return new Step(root, 0, IsDone: false);
    }

    private bool DeleteBlocks(long key)
    {
        var blocks = Keys(_sql.Value.Blocks.Bind(1, key).Bind(2, StepRows));
        foreach (var (position, _) in blocks) _sql.Value.DeleteBlock.Bind(1, position).Run();
        return blocks.Count > 0;
    }

    private bool DeleteValues(long key)
    {
        var values = Keys(_sql.Value.Values.Bind(1, key).Bind(2, StepRows));
        foreach (var (value, _) in values)
        {
            _sql.Value.Unlink.Bind(1, key).Bind(2, value).Run();
            _sql.Value.DeleteValue.Bind(1, value).Run();
            if (raw.sqlite3_changes(connection.Handle) > 0) _sql.Value.DeleteChecks.Bind(1, value).Run();
        }

        return values.Count > 0;
    }

    // Rows until they are enough for a step: a row's size is known without reading it.
    private static List<(long Key, long Bytes)> Keys(Statement rows)
    {
        var found = new List<(long Key, long Bytes)>();
        for (var bytes = 0L; bytes < StepBytes && rows.Step(); bytes += found[^1].Bytes) found.Add((rows.Int64(0), rows.Int64(1)));
        rows.Reset();
        return found;
    }

    private readonly record struct Step(long Root, int Buried, bool IsDone);
}
