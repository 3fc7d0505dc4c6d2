using System.Diagnostics;
using System.Globalization;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions.Decisions;
using Xunit;

namespace Sightglass.Core.Tests.Simulation;

/// <summary>
/// Thousands of random executions against the rules. <c>SIGHTGLASS_SIM_SEED</c> sets the first seed (the one that a failure
/// names, to see it again), <c>SIGHTGLASS_SIM_COUNT</c> how many there are and lifts the limit of time.
/// </summary>
public sealed class SimulationTests
{
    private const int Least = 500;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(25);

    public static TheoryData<string> Mutants => [.. Broken.Select(m => m.Name)];

    private static Mutant[] Broken =>
    [
        new("loses every fifth start") { Decision = Every(5, d => d with { Effects = [.. d.Effects.Where(e => e is not StartAttempt)] }) },
        new("starts twice") { Decision = Every(5, d => d with { Effects = [.. d.Effects, .. d.Effects] }) },
        new("writes the last event twice") { Decision = Every(20, d => d with { Events = [.. d.Events, .. d.Events.TakeLast(1)] }) },
        new("writes two events in the wrong order") { Decision = Every(20, d => d with { Events = [.. d.Events.Reverse()] }) },
        new("never hears the clock") { Command = c => c is TimerDue ? null : c },
        new("forgets deadlines of cancellations") { Command = c => c is Cancel x ? x with { Grace = TimeSpan.FromDays(1) } : c },
        new("takes results of any attempt") { Command = c => c is FinishAttempt x ? x with { Attempt = Math.Min(x.Attempt, 1) } : c },
        new("forgets needs") { Definition = s => s.Needs = [] },
        new("forgets the limit of instances") { Definition = s => s.MaxParallel = null },
        new("tries once more") { Definition = s => s.Retry = new RetryDefinition { MaxAttempts = 5 } },
        new("forgets conditions") { Definition = s => s.When = s.Type == "branch" ? s.When : null },
        new("lets deadlines pass late") { Definition = s => Delay(s.Triggers) },
        new("takes approvals for granted") { Command = c => c is AnswerApproval x ? x with { Granted = !x.Granted } : c, Definition = s => s.Triggers = s.Triggers is { Approval: not null } ? null : s.Triggers },
    ];

    [Fact]
    public void Random_executions_keep_every_rule_and_end()
    {
        var first = Number("SIGHTGLASS_SIM_SEED") ?? 1;
        var count = Number("SIGHTGLASS_SIM_COUNT") ?? (Number("SIGHTGLASS_SIM_SEED") is null ? 20_000 : 1);
        var limited = Number("SIGHTGLASS_SIM_COUNT") is null;
        var watch = Stopwatch.StartNew();
        var lived = 0;

        // The limit of time is for what comes beyond the least; a busy machine takes longer and does no less.
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, (seed, loop) =>
        {
            if (limited && watch.Elapsed > Budget && Volatile.Read(ref lived) >= Least) loop.Stop();
            else
            {
                World.Live(seed, Mutant.None);
                Interlocked.Increment(ref lived);
            }
        });
        TestContext.Current.SendDiagnosticMessage($"{lived} executions in {watch.Elapsed.TotalSeconds:F1} s");
        Assert.InRange(lived, Math.Min(count, Least), count);
    }

    [Fact]
    public void Pipelines_have_eight_stages_and_more_as_a_rule()
    {
        var sizes = Enumerable.Range(1, 500).Select(World.SizeOf).Order().ToList();
        Assert.InRange(sizes[250], 8, 30);
        Assert.Equal((2, 30), (sizes[0], sizes[^1]));
    }

    [Theory]
    [MemberData(nameof(Mutants))]
    public void A_broken_decider_is_found_out(string name)
    {
        for (var seed = 1; seed <= 10_000; seed++)
        {
            try
            {
                World.Live(seed, Broken.Single(m => m.Name == name));
            }
            catch (BrokenRuleException e)
            {
                TestContext.Current.SendDiagnosticMessage($"{name}: {e.Message.Split('\n')[0]}");
                return;
            }
        }

        Assert.Fail($"A decider that {name} passes for a good one.");
    }

    private static void Delay(TriggerDefinition? trigger)
    {
        if (trigger is null) return;
        if (trigger.Timeout is { } timeout) trigger.Timeout = new Duration(timeout.Value * 2);
        foreach (var child in trigger.All ?? trigger.Any ?? []) Delay(child);
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Func<Decision, Decision> Every(int n, Func<Decision, Decision> change)
    {
        var count = 0;
        return d => ++count % n == 0 ? change(d) : d;
    }
}
