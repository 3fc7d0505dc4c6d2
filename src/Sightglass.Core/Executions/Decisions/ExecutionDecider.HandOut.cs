using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions.Plans;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions.Decisions;

/// <content>Hand-out: the only place where gates are checked and attempts begin.</content>
internal sealed partial class ExecutionDecider
{
    private CommandAnswer HandOutNext(HandOut c)
    {
        if (!CanHandOut) return new CommandAnswer(false, "nothing_ready", "Nothing is ready.");
        if (ready.RollingBack) return HandOutUndo(c);
        while ((Released?.Key ?? ready.Take(state)) is { } key)
        {
            var s = state.Find(key)!;
            var stage = PlanOf(s);
            if (StopsAt(s)) return new CommandAnswer(false, "stopped", $"It stops before '{key}'.");
            var input = stage.Body.Render(() => scopes.For(s), out var error);
            if (input is null)
            {
                EndUnstarted(stage, s, new StageError(ErrorCodes.ExpressionFailed, error!.Message, $"line {error.Line}, column {error.Column}"));
                continue;
            }

            Begin();
            var (attempt, iteration) = NextAttempt(stage, s);
            var personality = PersonalityOf(stage, out var hash);
            Emit(s, new StageStarted { Worker = c.Worker, Input = input.Recorded, Personality = personality, PersonalityHash = hash }, attempt, iteration);
            ready.Open++;
            effects.Add(new StartAttempt(stage, s.Key, attempt, iteration, input, IsUndo: false));
            return CommandAnswer.Done;
        }

        return new CommandAnswer(false, "nothing_ready", "Nothing is ready.");
    }

    private CommandAnswer HandOutUndo(HandOut c)
    {
        while (ready.ToUndo.Count > 0)
        {
            var key = ready.ToUndo[^1];
            ready.ToUndo.RemoveAt(ready.ToUndo.Count - 1);
            var s = state.Find(key)!;
            var stage = PlanOf(s);
            var input = stage.Undo!.Render(() => scopes.For(s), out var error);
            if (input is null)
            {
                Emit(s, new StageUndoFailed { Error = new StageError(ErrorCodes.ExpressionFailed, error!.Message) }, s.Attempt, s.Iteration);
                continue;
            }

            Emit(s, new StageUndoStarted { Worker = c.Worker, Input = input.Recorded }, s.Attempt, s.Iteration);
            ready.Open++;
            effects.Add(new StartAttempt(stage, s.Key, s.Attempt, s.Iteration, input, IsUndo: true));
            return CommandAnswer.Done;
        }

        return new CommandAnswer(false, "nothing_ready", "Nothing is left to undo.");
    }

    /// <summary>Starts <c>wait</c> and <c>pipeline</c> stages, which hold no slot.</summary>
    /// <returns>Whether there were any; they may have made others ready.</returns>
    private bool StartSlotless()
    {
        if (ready.Held.Count == 0 || !CanHandOut || ready.RollingBack || Released is not null) return false;
        var held = InPlanOrder(ready.Held);
        ready.Held.Clear();
        foreach (var s in held)
        {
            if (!(AwaitsTrigger(s) || IsHeld(s)) || s.Status.IsTerminal() || s.InAttempt) continue;

            // Held since before it failed: its delay has begun anew, and the clock will tell.
            if (s.WaitingFor is "retry" or "repeat" && s.Due is { } due && due > now)
            {
                ready.Due(s.Key, due);
                continue;
            }

            var stage = PlanOf(s);
            if (failing && !stage.HandlesFailure) continue;
            if (state.Stop is not null || StopsAt(s))
            {
                // Its stop keeps the one that stopped; what comes after it waits as it did.
                if (state.Stop!.Stage != s.Key) ready.Held.Add(s.Key);
                continue;
            }

            var input = stage.Body.Render(() => scopes.For(s), out var error);
            if (input is null) EndUnstarted(stage, s, new StageError(ErrorCodes.ExpressionFailed, error!.Message));
            else if (stage.Type == "wait") StartWait(stage, s, input);
            else StartPipeline(stage, s, input);
        }

        return true;
    }

    /// <summary>Gives stages in an order that does not depend on what has been kept in memory, so that a recovery goes on
    /// with the same one.</summary>
    private List<StageState> InPlanOrder(IEnumerable<string> keys) =>
        [.. keys.Select(k => state.Find(k)!).OrderBy(s => s.Key != state.Released).ThenBy(s => s.Position).ThenBy(s => s.Index)];

    /// <summary>Gets when the running attempt of a stage without a slot times out; workers watch over the others.</summary>
    private static DateTimeOffset? TimeoutOf(StagePlan stage, StageState s) =>
        s.InAttempt && stage.IsSlotless && stage.Timeout is { } timeout ? s.StartedAt + timeout : null;

    private void StartWait(StagePlan stage, StageState s, RenderedInput input)
    {
        var wait = stage.Definition.Wait!;
        DateTimeOffset? until = wait.For is { } length ? now + length.Value : null;
        if (wait.Until is not null)
        {
            using var document = JsonDocument.Parse(input.Json);
            var text = document.RootElement.GetProperty("until").GetString();
            if (!Moment.TryParse(text, out var moment))
            {
                EndUnstarted(stage, s, new StageError(ErrorCodes.WaitInvalid, $"wait.until must be a time such as 2026-11-20T17:00:00Z, found '{Bounded(text)}'."));
                return;
            }

            // To the microsecond, as the log keeps it: whoever folds the log waits for the same moment.
            until = new DateTimeOffset(moment.UtcTicks - (moment.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        }

        Begin();
        var (attempt, iteration) = NextAttempt(stage, s);
        DateTimeOffset? timeout = stage.Timeout is { } t ? now + t : null;
        Emit(s, new StageStarted { Input = input.Recorded, Until = timeout }, attempt, iteration);
        ready.Open++;
        if (timeout is { } limit) ready.Due(s.Key, limit);
        if (wait.Approval is { } approval)
        {
            RequestApproval(s, stage.OwnLeaf, approval, AskedIn(input));
            until = Earliest(approval.Timeout is { } patience ? now + patience.Value : null, timeout);
        }

        var kind = wait.Approval is not null ? "approval" : wait.Event is not null ? "event" : "timer";
        Emit(s, new StageWaiting { For = kind, Until = until ?? timeout, Detail = wait.Event }, attempt, iteration);
        if (until is { } due) ready.Due(s.Key, due);
    }

    private static string? AskedIn(RenderedInput wait)
    {
        using var document = JsonDocument.Parse(wait.Json);
        return document.RootElement.GetProperty("approval").TryGetProperty("message", out var message) ? message.GetString() : null;
    }

    private void StartPipeline(StagePlan stage, StageState s, RenderedInput input)
    {
        Begin();
        var (attempt, iteration) = NextAttempt(stage, s);
        var child = ChildId(s.Key, attempt);
        DateTimeOffset? timeout = stage.Timeout is { } t ? now + t : null;
        Emit(s, new StageStarted { Input = input.Recorded, Child = child, Until = timeout }, attempt, iteration);
        ready.Open++;
        if (timeout is { } limit) ready.Due(s.Key, limit);
        effects.Add(new StartChild(child, stage.Definition.Pipeline!.Id, ChildInput(input.Json), s.Key, attempt));
    }

    /// <summary>Gives what a recovery repeats for a child whose start may not have reached it.</summary>
    public IReadOnlyList<StartChild> OpenChildren()
    {
        var open = new List<StartChild>();
        foreach (var stage in plan.Stages)
        {
            if (stage.Type != "pipeline") continue;
            foreach (var s in state.InstancesOf(stage.Id).Append(StageOf(stage)))
            {
                // As it was recorded: what the expressions read may have changed since.
                if (s.InAttempt && s.Child is { } child)
                    open.Add(new StartChild(child, stage.Definition.Pipeline!.Id, ChildInput(values.Json(s.Input)), s.Key, s.Attempt));
            }
        }

        return open;
    }

    /// <summary>Gives the attempts that a dead worker left open.</summary>
    public IReadOnlyList<(string Stage, int Attempt, bool IsUndo)> OpenAttempts()
    {
        var open = new List<(string, int, bool)>();
        foreach (var stage in plan.Stages)
        {
            foreach (var s in state.InstancesOf(stage.Id).Append(StageOf(stage)))
            {
                if (s.InAttempt && !stage.IsSlotless) open.Add((s.Key, s.Attempt, false));
                else if (s.Undo == "running") open.Add((s.Key, s.Attempt, true));
            }
        }

        return open;
    }

    private static ReadOnlyMemory<byte> ChildInput(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty("input", out var value)
            ? JsonSerializer.SerializeToUtf8Bytes(value, PayloadJsonContext.Relaxed.JsonElement)
            : "{}"u8.ToArray();
    }

    private void Begin()
    {
        if (state.StartedAt is null) Emit(new ExecutionStarted());
    }

    private static (int Attempt, int Iteration) NextAttempt(StagePlan stage, StageState s) =>
        (s.Attempt + 1, stage.Until is null ? 0 : s.RepeatPending ? s.Iteration + 1 : Math.Max(1, s.Iteration));

    /// <summary>The same child for the same attempt however often it is decided: the time of the start, and a hash where a
    /// version 7 id has random bits.</summary>
    private Guid ChildId(string stage, int attempt)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{state.Id}/{stage}/{attempt}/{state.Turn}")), hash);
        var id = hash[..16];
        BinaryPrimitives.WriteUInt64BigEndian(id, ((ulong)now.ToUnixTimeMilliseconds() << 16) | 0x7000u | (BinaryPrimitives.ReadUInt16BigEndian(hash[20..]) & 0x0FFFu));
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return new Guid(id, bigEndian: true);
    }

    private JsonElement? PersonalityOf(StagePlan stage, out string? hash)
    {
        hash = null;
        if (stage.Definition.Agent?.Personality is not { } name || !plan.Definition.Personalities.TryGetValue(name, out var personality)) return null;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(personality, DefinitionJson.Context.PersonalityDefinition);
        hash = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.Clone();
    }
}
