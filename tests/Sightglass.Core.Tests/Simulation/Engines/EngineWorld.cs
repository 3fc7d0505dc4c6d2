using System.Globalization;
using System.Text;
using Sightglass.Core.Definitions;
using Sightglass.Core.Ports;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>
/// Whole engines on one disk: owners, queue, worker, output, clock, recovery and store are the product's own, one thread runs
/// them all, and every choice comes from the seed. Engines die and others take their place.
/// </summary>
internal sealed partial class EngineWorld
{
    private const int MaxSteps = 60_000;
    private const int PatientWakes = 400;

    // Engines are given more to do than deciders: half of what is begun is refused, fails early or is cancelled.
    private const double Spread = 100;

    private readonly Dictionary<Guid, WatchedLog> _logs = [];
    private readonly List<Guid> _roots = [];
    private readonly List<Life> _lives = [];
    private readonly People _people;
    private readonly Reader _reader;
    private string? _broken;
    private bool _orphans;
    private bool _jumped;
    private bool _isContested;

    public EngineWorld(int seed, EngineMutant mutant, int mostStages = PipelineGenerator.MaxStages)
    {
        Random = new Random(seed);
        Mutant = mutant;
        Picker = new Picker(Random);
        Disk = new InMemoryEventStore(new WallClock(Picker));
        Faults = new Faults(Random, mood: Random.Next(20) switch { 0 => 0, < 14 => 1, _ => 2.5 });
        Pipelines = new GroupWorld(Random, PipelineGenerator.Make(Random, mostStages, Spread), PipelineGenerator.MakeChild(Random));
        _people = new People(this);
        _reader = new Reader(this);
        Boot();
    }

    /// <summary>Gets or sets what happened, told when a failure is lived through again.</summary>
    public List<string>? Story { get; set; }

    public Random Random { get; }

    public EngineMutant Mutant { get; }

    public Picker Picker { get; }

    public Faults Faults { get; }

    public GroupWorld Pipelines { get; }

    public InMemoryEventStore Disk { get; }

    /// <summary>Gets the ids of the executions that people started, whether or not they were told that it worked.</summary>
    public IReadOnlyList<Guid> Roots => _roots;

    /// <summary>Gets a fingerprint of every byte that reached the disk, in its order.</summary>
    public long Fingerprint { get; private set; }

    /// <summary>Gets the epoch of each execution that was claimed.</summary>
    public Dictionary<Guid, long> Epochs { get; } = [];

    public IEnumerable<WatchedLog> Logs => _logs.Values;

    public Life Newest => _lives[^1];

    /// <summary>Lives until everything has ended.</summary>
    /// <exception cref="BrokenRuleException">A rule was broken; the message tells the story.</exception>
    public static EngineWorld Live(int seed, EngineMutant mutant, int mostStages = PipelineGenerator.MaxStages)
    {
        try
        {
            var world = new EngineWorld(seed, mutant, mostStages);
            world.Live();
            return world;
        }
        catch (Exception e)
        {
            throw new BrokenRuleException($"seed {seed.ToString(CultureInfo.InvariantCulture)}: {(e is BrokenRuleException ? e.Message : e.ToString())}");
        }
    }

    /// <summary>Lives through it once more, and tells the story.</summary>
    public static string Retell(int seed, EngineMutant mutant, int mostStages = PipelineGenerator.MaxStages)
    {
        var world = new EngineWorld(seed, mutant, mostStages) { Story = [] };
        try
        {
            world.Live();
            return "The second time nothing is broken: something does not come from the seed.";
        }
        catch (Exception e)
        {
            return $"{(e is BrokenRuleException ? e.Message : e.ToString())}\n{world.Tell()}";
        }
    }

    public WatchedLog? Log(Guid id) => _logs.GetValueOrDefault(id);

    /// <summary>Gives the definition as the engine is told it.</summary>
    public PipelineDefinition Told(PipelineDefinition definition)
    {
        if (Mutant.Definition is not { } change) return definition;
        var told = DefinitionJson.Read(DefinitionJson.Write(definition));
        change(told);
        return told;
    }

    /// <summary>Remembers that a rule was broken; thrown when the step is over, since the product catches what is thrown into it.</summary>
    public void Break(string message) => _broken ??= message;

    public void Hit(Guid id)
    {
        if (_logs.TryGetValue(id, out var log)) log.Faults++;
    }

    /// <summary>An append has reached the disk.</summary>
    public void Committed(Append append)
    {
        try
        {
            if (!_logs.TryGetValue(append.ExecutionId, out var log))
                _logs[append.ExecutionId] = log = new WatchedLog(append.ExecutionId, Pipelines.Find(append.Summary!.PipelineId)!);
            foreach (var block in append.Blocks) Fingerprint = unchecked((Fingerprint * 31) + block.Bytes.Length + block.FirstSeq + block.Bytes.Span[block.Bytes.Length / 2]);
            var held = log.HoldsSlot;
            log.Take(append.Blocks);
            if (!held && log.HoldsSlot && !_isContested && GroupWorld.IsOverLimit(log, _logs.Values)) Break($"{log.Id} takes a slot of its group that others have");
        }
        catch (Exception e)
        {
            Break(e is BrokenRuleException ? e.Message : e.ToString());
        }
    }

    /// <summary>A worker runs an attempt: its start must be on the disk, and nobody may have run it before.</summary>
    public Attempt Began(Life life, StageRun run)
    {
        var attempt = new Attempt(run.ExecutionId, run.Stage, run.Attempt, run.IdempotencyKey.EndsWith("/undo", StringComparison.Ordinal));
        if (_logs.TryGetValue(run.ExecutionId, out var log) && log.HasStarted(attempt))
        {
            if (!log.TryAdd(attempt)) Break($"{attempt} is run twice");
        }
        else
        {
            Break($"{attempt} runs, and the log does not say so");
        }

        life.Enter(attempt);
        return attempt;
    }

    /// <summary>Tells whether the log still waits for the end of an attempt, and for nobody else's.</summary>
    public bool IsOpen(Life life, Attempt attempt) =>
        _lives.TrueForAll(l => l == life || !l.IsAlive) && _logs[attempt.Execution].Model[attempt.Stage] is var stage
        && (attempt.IsUndo ? stage.Undo == "running" : stage.OpenAttempt == attempt.Number);

    /// <summary>Gives the bytes of an attempt's output that are on the disk.</summary>
    public long InLog(Attempt attempt) => _logs[attempt.Execution].BytesOf(attempt);

    public Guid NextId()
    {
        var id = new byte[16];
        Random.NextBytes(id);
        return new Guid(id);
    }

    /// <summary>Somebody begins an execution.</summary>
    public void Starting(Guid id) => _roots.Add(id);

    /// <summary>The engine did not say whether an execution exists; if it does, nobody may own it.</summary>
    public void MayBeOrphan() => _orphans = true;

    private void Live()
    {
        var planned = 1 + Random.Next(3);
        for (var quiet = 0; (_roots.Count < planned || !AllEnded) && Picker.Steps < MaxSteps / 4 && quiet < 40;)
        {
            Check();
            if (_roots.Count < planned && (quiet > 0 || Random.Next(20) == 0)) _people.Start();
            var what = Random.Next(1000);
            if (what < 16) Misfortune();
            else if (what < 30) _people.Act();
            else if (what < 40) _reader.Read();
            else if (what < 50) Picker.Pass(TimeSpan.FromMilliseconds(Random.Next(3_000)));
            else if (Picker.Go()) quiet = 0;
            else
            {
                CheckStandstill();
                if (!Picker.Wake()) quiet++;
            }
        }

        while (_roots.Count < planned) _people.Start();
        SettleDown();
        CheckEnds();
    }

    private bool AllEnded => _logs.Values.All(l => l.Model.Terminal);

    private bool IsCalm => _lives.Count(l => l.IsAlive) == 1 && Newest is { HasRecovered: true, IsStopping: false, TriesAgain: 0 } && !_orphans;

    private void Misfortune()
    {
        if (!Faults.Active) return;
        var what = Random.Next(10);
        Story?.Add($"misfortune {what} at {Picker.UtcNow:O}");
        switch (what)
        {
            case < 3:
                Reboot();
                break;
            case 3:
                // Another process takes everything over while this one lives on.
                HitAll();

                // What it is asked in between it answers by what it knows of the groups, and cannot know more.
                _isContested = true;
                if (_lives.Count(l => l.IsAlive) < 2) Boot();
                _orphans = true;
                break;
            case 4:
                _people.StopGracefully();
                break;
            case < 7:
                Faults.FullUntil = Picker.Ticks + TimeSpan.FromMilliseconds(Random.Next(20_000)).Ticks;
                break;
            default:
                _jumped = true;
                HitAll();
                Picker.Jump(TimeSpan.FromSeconds(Random.Next(-100, 100)));
                break;
        }
    }

    private void HitAll()
    {
        foreach (var log in _logs.Values)
        {
            if (!log.Model.Terminal) log.Faults++;
        }
    }

    /// <summary>All engines die, and a new one takes up what they left.</summary>
    public void Reboot()
    {
        HitAll();
        foreach (var life in _lives) if (life.IsAlive) life.Die();
        (_orphans, _isContested) = (false, false);
        Boot();
    }

    private void Boot()
    {
        var life = new Life(this, _lives.Count + 1);
        _lives.Add(life);
        _reader.Follow(life);
        Picker.Post(life, () => _ = RecoverAsync(life));
    }

    private async Task RecoverAsync(Life life)
    {
        while (true)
        {
            try
            {
                await life.Engine.RecoverAsync();
                life.HasRecovered = true;
                return;
            }
            catch (IOException)
            {
                await Picker.DelayAsync(life, TimeSpan.FromSeconds(1));
            }
        }
    }

    /// <summary>From here on nothing goes wrong and everyone does what is asked of them, so that everything has to end.</summary>
    private void SettleDown()
    {
        Faults.Active = false;
        if (_orphans || Newest.IsStopping || _lives.Count(l => l.IsAlive) > 1 || Newest.Running.Any(a => a.Hangs) || Random.Next(3) == 0) Reboot();
        var (restarts, wakes) = (0, 0);
        var seen = 0L;
        for (var idle = 0; ;)
        {
            Check();
            if (Picker.Steps > MaxSteps) throw new BrokenRuleException("it goes on without end");
            if (Picker.Go()) continue;
            CheckStandstill();
            if (_orphans && restarts++ < 3)
            {
                Reboot();
                continue;
            }

            if (AllEnded && _logs.Count >= _roots.Count && Random.Next(2) == 0) return;

            // What looks after the store does so each second, whether or not there is anything else to wait for.
            if (wakes++ < PatientWakes && Picker.Wake()) continue;
            wakes = 0;
            if (AllEnded) return;
            if (Fingerprint != seen) (idle, seen) = (0, Fingerprint);
            if (++idle > 3) throw new BrokenRuleException("nothing moves, and not all have ended");
            _people.HelpAll();
        }
    }

    private void Check()
    {
        if (_broken is { } message) throw new BrokenRuleException(message);
    }

    /// <summary>What time it is for the disk, whose records expire.</summary>
    private sealed class WallClock(Picker picker) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => picker.UtcNow;
    }

    private string Tell()
    {
        var story = new StringBuilder();
        foreach (var line in Story ?? []) story.AppendLine(line);
        foreach (var life in _lives) story.AppendLine(CultureInfo.InvariantCulture, $"engine: {(life.IsAlive ? "lives" : "is dead")}, {(life.HasRecovered ? "recovered" : "recovering")}, {life.Slots} slots, runs {string.Join(", ", life.Running)}");
        foreach (var pipeline in Pipelines.All) story.Append(Encoding.UTF8.GetString(DefinitionJson.Write(pipeline))).AppendLine();
        foreach (var log in _logs.Values)
        {
            foreach (var block in Disk.ReadAsync(log.Id, 0, BlockFilter.All, int.MaxValue).AsTask().Result.Blocks) story.Append(Encoding.UTF8.GetString(block.Bytes.Span));
            story.AppendLine();
        }

        return story.ToString();
    }
}
