using System.Runtime.CompilerServices;
using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>Everyone outside: who starts, pauses, cancels, approves, sends events, stops servers, at any engine that lives.</summary>
internal sealed class People(EngineWorld world)
{
    private readonly HashSet<Guid> _refused = [];
    private readonly List<Wish> _wishes = [];

    public bool WasRefused(Guid id) => _refused.Contains(id);

    public void Start()
    {
        var wish = new Wish(_wishes.Count, world.Pipelines.Roots[world.Random.Next(world.Pipelines.Roots.Count)], (StagePriority)world.Random.Next(4));
        _wishes.Add(wish);
        Ask(wish);

        // Asked again before there was an answer, or at another engine: one has to come of it, and the same for both.
        if (world.Random.Next(6) == 0) Ask(wish);
    }

    /// <summary>Holds what came of each wish against the disk: no more than one execution, however often it was asked for.</summary>
    public void CheckWishes()
    {
        foreach (var wish in _wishes)
        {
            if (wish.Ids.Count(id => world.Log(id) is not null) > 1) throw new BrokenRuleException("a request that was made twice has two effects");
        }
    }

    private void Ask(Wish wish)
    {
        var id = world.NextId();
        world.Starting(id);
        _refused.Add(id);
        wish.Ids.Add(id);
        Do(world.Newest, async engine =>
        {
            var outcome = await engine.StartAsync(new StartRequest
            {
                Id = id,
                Definition = world.Told(wish.Pipeline),
                BaseFolder = "/",
                Priority = wish.Priority,
                IdempotencyKey = new IdempotencyKey { Key = $"wish-{wish.Number}" },
            });
            if (!outcome.IsStarted) world.MayBeOrphan();
            else if (outcome.ExecutionId is { } started && !wish.Ids.Contains(started)) world.Break($"{started} is nobody's wish");
            else if (world.Log(outcome.ExecutionId!.Value) is null) world.Break($"{outcome.ExecutionId} is said to be started and is not on the disk");
            else _refused.Remove(outcome.ExecutionId.Value);
        });
    }

    public void Act()
    {
        if (world.Roots.Count == 0) return;
        var life = world.Newest;
        var id = world.Roots[world.Random.Next(world.Roots.Count)];
        var times = world.Random.Next(8) == 0 ? 2 : 1;
        var what = world.Random.Next(100);
        for (; times > 0; times--)
        {
            if (what < 25) Look(life, id);
            else if (what < 40) Answer(life, id, world.Random.Next(10) < 7);
            else if (what < 60) Emit(life, null);
            else if (what < 66) Do(life, e => e.PauseAsync(id, "ann"));
            else if (what < 85) Do(life, e => e.ResumeAsync(id, "ann"));
            else if (what < 88) Cancel(life, id);
            else if (what < 90) Ask(_wishes[world.Random.Next(_wishes.Count)]);
            else if (world.Log(id)?.Model.Terminal == true) Do(life, e => e.RetryAsync(id, "ann"));
        }
    }

    /// <summary>Gives every execution what it waits for.</summary>
    public void HelpAll()
    {
        var life = world.Newest;
        foreach (var log in world.Logs.ToList())
        {
            if (log.Model.Terminal) continue;
            if (log.Model.Paused) Do(life, e => e.ResumeAsync(log.Id, "ann"));
            Answer(life, log.Id, true);
        }

        Emit(life, true);
    }

    /// <summary>The engine is asked to stop, and another one follows it.</summary>
    public void StopGracefully() => Do(world.Newest, async engine =>
    {
        world.Newest.IsStopping = true;
        await engine.DisposeAsync();
        world.Reboot();
    });

    private void Look(Life life, Guid id) => Do(life, e => e.ReadStateAsync(id, state =>
    {
        world.Compare(id, state.LastSeq, StateJson.Write(state));
        return true;
    }));

    private void Answer(Life life, Guid id, bool grant) => Do(life, async engine =>
    {
        var open = await engine.ReadStateAsync(id, s => s.Stages.SelectMany(d => s.InstancesOf(d.Id).Append(d)).Where(d => d.OpenApprovals().Any()).Select(d => d.Key).ToList());
        if (open is { Count: > 0 }) await engine.AnswerAsync(id, open[world.Random.Next(open.Count)], grant, "ann");
    });

    private void Emit(Life life, bool? ok)
    {
        foreach (var type in ok is null ? [PipelineGenerator.EventTypes[world.Random.Next(2)]] : PipelineGenerator.EventTypes)
        {
            var data = JsonSerializer.SerializeToElement(new { ok = ok ?? world.Random.Next(2) == 0 });
            Do(life, e => e.EmitAsync(type, data));
        }
    }

    private void Cancel(Life life, Guid id) => Do(life, async engine =>
    {
        var answer = await engine.CancelAsync(id, "ann");
        if (answer is { Accepted: true } && world.Log(id) is not { Cancellations: > 0 }) world.Break($"{id} is said to be cancelled, and its log does not say so");
    });

    /// <summary>What somebody wants to be started once.</summary>
    private sealed record Wish(int Number, PipelineDefinition Pipeline, StagePriority Priority)
    {
        public List<Guid> Ids { get; } = [];
    }

    private void Do(Life life, Func<PipelineEngine, Task> act, [CallerMemberName] string? what = null)
    {
        world.Story?.Add($"people: {what}");
        if (!life.IsAlive) return;
        world.Picker.Post(life, () => _ = TryAsync(life, act));
    }

    private async Task TryAsync(Life life, Func<PipelineEngine, Task> act)
    {
        try
        {
            await act(life.Engine);
        }
        catch (IOException e)
        {
            world.Story?.Add($"people: {e.Message}");

            // The store was away; people see why and try again.
            world.MayBeOrphan();
        }
        catch (InvalidOperationException e) when (e.Message.Contains("owns", StringComparison.Ordinal) || e.Message.Contains("could not be written", StringComparison.Ordinal))
        {
            // Another engine has it.
        }
        catch (Exception e)
        {
            world.Break(e.ToString());
        }
    }
}
