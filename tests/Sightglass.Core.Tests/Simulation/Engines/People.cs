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

    public bool WasRefused(Guid id) => _refused.Contains(id);

    public void Start()
    {
        var life = world.Newest;
        var id = world.NextId();
        world.Starting(id);
        _refused.Add(id);
        Do(life, async engine =>
        {
            var outcome = await engine.StartAsync(new StartRequest { Id = id, Definition = world.Told(world.Pipeline), BaseFolder = "/", Priority = (StagePriority)world.Random.Next(4) });
            if (!outcome.IsStarted) world.MayBeOrphan();
            else if (world.Log(id) is null) world.Break($"{id} is said to be started and is not on the disk");
            else _refused.Remove(id);
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
