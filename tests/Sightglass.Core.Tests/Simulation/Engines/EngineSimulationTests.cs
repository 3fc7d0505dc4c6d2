using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>
/// Whole engines in random worlds. <c>SIGHTGLASS_SIM_SEED</c> lives through one world again (a failure names its seed),
/// <c>SIGHTGLASS_SIM_STAGES</c> with pipelines of at most so many stages; <c>SIGHTGLASS_SIM_COUNT</c> changes how many
/// executions there are, whatever time they take, and <c>SIGHTGLASS_SIM_FROM</c> the first seed.
/// </summary>
public sealed partial class EngineSimulationTests
{
    private const int Executions = 100_000;

    // Two busy cores come to three times as many within the budget; below it, something is wrong with the machine or the engine.
    private const int Floor = 20_000;

    // So many broken worlds tell enough.
    private const int MaxBroken = 10;
    private const int FindWithin = 10_000;

    // Deep chains of completed steps run on one stack.
    private const int StackBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(6);

    public static TheoryData<string> Mutants => [.. EngineMutants.All.Select(m => m.Name)];

    [Fact]
    public void Executions_of_whole_engines_keep_every_rule_and_end()
    {
        if (Number("SIGHTGLASS_SIM_SEED") is { } seed)
        {
            Alone(() => Live(seed, EngineMutant.None, Number("SIGHTGLASS_SIM_STAGES") ?? PipelineGenerator.MaxStages));
            return;
        }

        // Who asks for a number waits for it; a machine that is too slow for the usual one says how far it came.
        var asked = Number("SIGHTGLASS_SIM_COUNT");
        var count = asked ?? Executions;
        var began = TimeProvider.System.GetTimestamp();
        var faults = new ConcurrentBag<int>();
        var sizes = new ConcurrentBag<int>();
        var broken = new ConcurrentBag<(int Seed, string Message)>();
        var (lived, worlds, next) = (0, 0, (Number("SIGHTGLASS_SIM_FROM") ?? 1) - 1);
        var workers = Enumerable.Range(0, Math.Max(2, Environment.ProcessorCount)).Select(_ => new Thread(Work, StackBytes)).ToList();
        workers.ForEach(w => w.Start());
        workers.ForEach(w => w.Join());
        var taken = TimeProvider.System.GetElapsedTime(began);
        var report = string.Create(CultureInfo.InvariantCulture, $"{lived:N0} simulated executions of whole engines in {worlds:N0} worlds took {taken.TotalSeconds:F0} s ({lived / taken.TotalSeconds:F0} a second); at the median {Median(sizes)} stages and {Median(faults)} faults{(lived < count ? string.Create(CultureInfo.InvariantCulture, $"; {count:N0} were wanted, the machine was too slow") : "")}");
        var folder = Directory.CreateDirectory(Path.Combine(RepositoryFiles.Root, "artifacts", "test-results"));
        File.WriteAllText(Path.Combine(folder.FullName, "simulation-engines.txt"), report + Environment.NewLine);
        if (!broken.IsEmpty) Assert.Fail(Explain([.. broken.OrderBy(b => b.Seed)]));
        Assert.True(lived >= (asked ?? Floor), report);
        Assert.InRange(Median(sizes), 8, PipelineGenerator.MaxStages);
        Assert.InRange(Median(faults), 1, 100);

        void Work()
        {
            while (Volatile.Read(ref lived) < count && broken.Count < MaxBroken && (asked is not null || TimeProvider.System.GetElapsedTime(began) < Budget))
            {
                var own = Interlocked.Increment(ref next);
                try
                {
                    var world = EngineWorld.Live(own, EngineMutant.None);
                    Interlocked.Increment(ref worlds);
                    foreach (var log in world.Logs.Where(l => l.Parent is null))
                    {
                        Interlocked.Increment(ref lived);
                        faults.Add(log.Faults);
                        sizes.Add(log.Definition.Stages.Count);
                    }
                }
                catch (BrokenRuleException e)
                {
                    broken.Add((own, e.Message));
                }
            }
        }
    }

    [Fact]
    public void The_same_seed_is_the_same_world() => Alone(() =>
    {
        var prints = Enumerable.Range(1, 60).Select(seed => EngineWorld.Live(seed, EngineMutant.None).Fingerprint).ToList();
        Assert.Equal(prints, Enumerable.Range(1, 60).Select(seed => EngineWorld.Live(seed, EngineMutant.None).Fingerprint));
        Assert.InRange(prints.Distinct().Count(), 50, 60);
    });

    [Theory]
    [MemberData(nameof(Mutants))]
    public void A_broken_part_is_found_out(string name) => Alone(() =>
    {
        var mutant = EngineMutants.All.Single(m => m.Name == name);
        var executions = 0;
        for (var seed = 1; executions < FindWithin; seed++)
        {
            try
            {
                executions += EngineWorld.Live(seed, mutant).Roots.Count;
            }
            catch (BrokenRuleException e)
            {
                Assert.Contains(RuleOf(e.Message), EngineWorld.Retell(seed, mutant), StringComparison.Ordinal);
                TestContext.Current.SendDiagnosticMessage($"{name}, after {executions} executions: {e.Message.Split('\n')[0]}");
                return;
            }
        }

        Assert.Fail($"An engine passes for a good one whose {name}.");
    });

    /// <summary>Tells the first broken world, and names the others.</summary>
    private static string Explain(IReadOnlyList<(int Seed, string Message)> broken)
    {
        var all = string.Join('\n', broken.Select(b => b.Message.Split('\n')[0]));
        try
        {
            Alone(() => Live(broken[0].Seed, EngineMutant.None, PipelineGenerator.MaxStages));
            return all;
        }
        catch (Xunit.Sdk.XunitException e)
        {
            return $"{all}\n{e.Message}";
        }
    }

    /// <summary>Lives through a world; where a rule breaks, looks for a smaller pipeline that breaks it too, and tells how to
    /// see it again.</summary>
    private static EngineWorld Live(int seed, EngineMutant mutant, int mostStages)
    {
        try
        {
            return EngineWorld.Live(seed, mutant, mostStages);
        }
        catch (BrokenRuleException e)
        {
            var (small, stages) = Shrink(seed, mutant, mostStages, RuleOf(e.Message));
            throw new BrokenRuleException($"""
                {e.Message.Split('\n')[0]}
                {Again(seed, mostStages)}
                The smallest that was found: {Again(small, stages)}
                {EngineWorld.Retell(small, mutant, stages)}
                """);
        }
    }

    private static string Again(int seed, int stages) => string.Create(
        CultureInfo.InvariantCulture,
        $"SIGHTGLASS_SIM_SEED={seed} SIGHTGLASS_SIM_STAGES={stages} dotnet tests/Sightglass.Core.Tests/bin/Release/net10.0/Sightglass.Core.Tests.dll -method '*{nameof(Executions_of_whole_engines_keep_every_rule_and_end)}'");

    private static (int Seed, int Stages) Shrink(int seed, EngineMutant mutant, int mostStages, string rule)
    {
        for (var stages = 2; stages < mostStages; stages += stages < 6 ? 1 : 4)
        {
            for (var near = seed; near < seed + 200; near++)
            {
                try
                {
                    EngineWorld.Live(near, mutant, stages);
                }
                catch (BrokenRuleException e) when (RuleOf(e.Message) == rule)
                {
                    return (near, stages);
                }
                catch (BrokenRuleException)
                {
                    // Another rule.
                }
            }
        }

        return (seed, mostStages);
    }

    /// <summary>Gives the rule that a message is about, up to the first name or number.</summary>
    private static string RuleOf(string message) => Words().Match(message, message.IndexOf(':', StringComparison.Ordinal) + 1).Value.Trim();

    [GeneratedRegex(@"[a-z' ]{8,}")]
    private static partial Regex Words();

    private static int Median(IEnumerable<int> values) => values.Order().ElementAt(values.Count() / 2);

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Runs on a plain thread: the test runner's own thread has a place where continuations go.</summary>
    private static void Alone(Action act)
    {
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    act();
                }
                catch (Exception e)
                {
                    failure = e;
                }
            },
            StackBytes);
        thread.Start();
        thread.Join();
        if (failure is not null) throw new Xunit.Sdk.XunitException(failure.Message, failure);
    }
}
