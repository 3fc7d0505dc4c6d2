using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>
/// Whole engines in random worlds. <c>SIGHTGLASS_SIM_SEED</c> lives through one world again (a failure names its seed),
/// <c>SIGHTGLASS_SIM_STAGES</c> with pipelines of at most so many stages, and <c>SIGHTGLASS_SIM_COUNT</c> changes how many
/// executions there are.
/// </summary>
public sealed partial class EngineSimulationTests
{
    private const int Executions = 3_000;
    private const int FindWithin = 10_000;

    // Deep chains of completed steps run on one stack.
    private const int StackBytes = 16 * 1024 * 1024;

    public static TheoryData<string> Mutants => [.. EngineMutants.All.Select(m => m.Name)];

    [Fact]
    public void Executions_of_whole_engines_keep_every_rule_and_end()
    {
        if (Number("SIGHTGLASS_SIM_SEED") is { } seed)
        {
            Alone(() => Live(seed, EngineMutant.None, Number("SIGHTGLASS_SIM_STAGES") ?? PipelineGenerator.MaxStages));
            return;
        }

        var count = Number("SIGHTGLASS_SIM_COUNT") ?? Executions;
        var faults = new ConcurrentBag<int>();
        var sizes = new ConcurrentBag<int>();
        string? failure = null;
        var next = 0;
        var workers = Enumerable.Range(0, Math.Max(2, Environment.ProcessorCount)).Select(_ => new Thread(Work, StackBytes)).ToList();
        workers.ForEach(w => w.Start());
        workers.ForEach(w => w.Join());
        Assert.True(failure is null, failure);
        Assert.True(faults.Count >= count);
        TestContext.Current.SendDiagnosticMessage($"{faults.Count} executions in {next} worlds; at the median {Median(sizes)} stages and {Median(faults)} faults");
        Assert.InRange(Median(sizes), 8, PipelineGenerator.MaxStages);
        Assert.InRange(Median(faults), 1, 100);

        void Work()
        {
            try
            {
                while (faults.Count < count && failure is null)
                {
                    var world = Live(Interlocked.Increment(ref next), EngineMutant.None, PipelineGenerator.MaxStages);
                    foreach (var log in world.Logs.Where(l => l.Parent is null))
                    {
                        faults.Add(log.Faults);
                        sizes.Add(log.Definition.Stages.Count);
                    }
                }
            }
            catch (BrokenRuleException e)
            {
                failure ??= e.Message;
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
