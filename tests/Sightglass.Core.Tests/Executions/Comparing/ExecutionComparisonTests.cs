using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Sightglass.Core.Executions;
using Xunit;

namespace Sightglass.Core.Tests.Executions.Comparing;

public sealed class ExecutionComparisonTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Execution_is_the_same_as_itself() => Holds(seed =>
    {
        var execution = SomeExecution(new Random(seed));
        var comparison = ExecutionComparison.Compare(execution, execution with { Id = Guid.CreateVersion7(Start), Cost = 7 });

        Assert.True(comparison.IsSame && !comparison.IsCut);
        Assert.Null(comparison.FirstDivergence);
        Assert.All(comparison.Stages, stage => Assert.Empty(stage.Differs));
    });

    [Fact]
    public void Comparison_turned_round_says_the_same_of_the_other_side() => Holds(seed =>
    {
        var random = new Random(seed);
        var (left, right) = (SomeExecution(random), SomeExecution(random));
        var (there, back) = (ExecutionComparison.Compare(left, right), ExecutionComparison.Compare(right, left));

        Assert.Equal(there.IsSame, back.IsSame);
        var turned = back.Stages.ToDictionary(s => s.Key);
        Assert.Equal(there.Stages.Count, turned.Count);
        Assert.All(there.Stages, stage =>
        {
            Assert.Equal(stage.Differs, turned[stage.Key].Differs);
            Assert.Equal(
                stage.Output.Select(d => (d.Path, d.Left, d.Right)).Order(),
                turned[stage.Key].Output.Select(d => (d.Path, Left: d.Right, Right: d.Left)).Order());
        });
    });

    [Fact]
    public void Every_stage_of_either_is_there_once_and_each_side_keeps_its_order() => Holds(seed =>
    {
        var random = new Random(seed);
        var (left, right) = (SomeExecution(random), SomeExecution(random));
        var stages = ExecutionComparison.Compare(left, right).Stages;

        Assert.Equal(left.Stages.Concat(right.Stages).Select(s => s.Key).ToHashSet().Order(), stages.Select(s => s.Key).Order());
        Assert.Equal(left.Stages, stages.Where(s => s.Left is not null).Select(s => s.Left));
        Assert.All(stages, s => Assert.Equal(s.Left is null || s.Right is null, s.Differs.Contains("missing")));
        var onlyRight = stages.Where(s => s.Left is null).Select(s => s.Right);
        Assert.Equal(right.Stages.Where(s => left.Stages.All(l => l.Key != s.Key)), onlyRight.OrderBy(s => right.Stages.ToList().IndexOf(s!)));
    });

    [Fact]
    public void Differences_turn_the_left_value_into_the_right_one() => Holds(seed =>
    {
        var random = new Random(seed);
        var (left, right) = (SomeValue(random, 3), SomeValue(random, 3));

        var differences = JsonDifference.Find(ToPayload(left), ToPayload(right), new DifferenceBudget());

        // From the end on: what goes from a list goes from its end first, what comes is put at its end in order.
        var patched = left?.DeepClone();
        foreach (var difference in differences.Where(d => d.Right is null).Reverse().Concat(differences.Where(d => d.Right is not null))) patched = Apply(patched, difference);
        Assert.True(JsonNode.DeepEquals(patched, right), $"{left?.ToJsonString()} → {right?.ToJsonString()}: {patched?.ToJsonString()}");
        Assert.Equal(JsonNode.DeepEquals(left, right), differences.Count == 0);
    });

    [Fact]
    public void First_divergence_is_the_one_that_started_first()
    {
        var left = Execution(Stage("a", 0, "1"), Stage("b", 20, "1"), Stage("c", 10, "1"));
        var right = Execution(Stage("a", 0, "1"), Stage("b", 20, "2"), Stage("c", 30, "2"));

        Assert.Equal("c", ExecutionComparison.Compare(left, right).FirstDivergence!.Key);
        Assert.Equal("c", ExecutionComparison.Compare(right, left).FirstDivergence!.Key);
    }

    [Fact]
    public void Stage_whose_work_was_taken_back_differs_from_one_whose_work_was_kept()
    {
        var kept = Stage("a", 0, "1");

        var comparison = ExecutionComparison.Compare(Execution(kept), Execution(kept with { Undo = "completed" }));

        Assert.Equal(["status"], Assert.Single(comparison.Stages).Differs);
        Assert.Equal("a", comparison.FirstDivergence!.Key);
        Assert.False(comparison.IsSame);
    }

    [Fact]
    public void First_divergence_is_what_led_to_a_rollback_not_what_it_took_back()
    {
        var (build, test) = (Stage("build", 0, "1"), Stage("test", 10, "1"));
        var approved = Execution(build, test, Stage("publish", 30, "1"));
        var rejected = Execution(build with { Undo = "completed" }, test with { Undo = "failed" }, Stage("publish", 0, "null") with { Status = StageStatus.Failed, StartedAfter = null });

        Assert.Equal("publish", ExecutionComparison.Compare(rejected, approved).FirstDivergence!.Key);
        Assert.Equal("publish", ExecutionComparison.Compare(approved, rejected).FirstDivergence!.Key);
    }

    [Fact]
    public void Values_by_reference_are_told_apart_by_their_hashes()
    {
        var (one, two) = (Payload.FromText(new string('x', 100)).Spill(), Payload.FromText(new string('y', 100)).Spill());

        Assert.Empty(JsonDifference.Find(one, Payload.ByReference(one.Reference!, one.Bytes, one.Preview), new DifferenceBudget()));
        Assert.Equal("", Assert.Single(JsonDifference.Find(one, two, new DifferenceBudget())).Path);
    }

    [Fact]
    public void Differences_are_bounded_and_the_comparison_says_so()
    {
        var many = new JsonArray([.. Enumerable.Range(0, 100_000).Select(i => (JsonNode)i)]);
        var others = new JsonArray([.. Enumerable.Range(1, 100_000).Select(i => (JsonNode)i)]);
        var stages = Enumerable.Range(0, 200);
        var left = Execution([.. stages.Select(i => Stage($"s{i}", i, many.ToJsonString()))]);
        var right = Execution([.. stages.Select(i => Stage($"s{i}", i, others.ToJsonString()))]);

        var comparison = ExecutionComparison.Compare(left, right);

        Assert.True(comparison.IsCut && !comparison.IsSame);
        Assert.All(comparison.Stages, s => Assert.InRange(s.Output.Count, 0, ComparisonLimits.MaxDifferences));
        Assert.Equal(ComparisonLimits.MaxAllDifferences, comparison.Stages.Sum(s => s.Output.Count));
        Assert.All(comparison.Stages, s => Assert.Equal(["output"], s.Differs));
    }

    [Fact]
    public void Long_values_are_shortened_between_characters()
    {
        var left = ToPayload(JsonValue.Create("x" + string.Concat(Enumerable.Repeat("😀", 5000))));

        var difference = Assert.Single(JsonDifference.Find(left, Payload.Null, new DifferenceBudget()));

        Assert.InRange(difference.Left!.Length, ComparisonLimits.MaxShownChars - 1, ComparisonLimits.MaxShownChars + 1);
        Assert.True(Encoding.UTF8.GetBytes(difference.Left).Length > 0 && !difference.Left.EnumerateRunes().Any(r => r == Rune.ReplacementChar));
    }

    [Fact]
    public void Names_with_slashes_and_tildes_are_escaped() =>
        Assert.Equal("/a~1b~0c", Assert.Single(JsonDifference.Find(ToPayload(JsonNode.Parse("""{"a/b~c":1}""")), ToPayload(JsonNode.Parse("{}")), new DifferenceBudget())).Path);

    private static void Holds(Action<int> property) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), property));

    private static ComparedExecution SomeExecution(Random random)
    {
        var keys = Enumerable.Range(0, random.Next(6)).Select(_ => "s" + random.Next(8)).Distinct();
        return Execution([.. keys.Select(key => Stage(key, random.Next(5), SomeValue(random, 2)?.ToJsonString() ?? "null"))]);
    }

    private static ComparedExecution Execution(params ComparedStage[] stages) =>
        new(Guid.CreateVersion7(Start), "p", "P", ExecutionStatus.Completed, Start, Start.AddSeconds(9), 9000, 0, Payload.Null, Payload.Null, stages);

    private static ComparedStage Stage(string key, int startedAfter, string output) =>
        new(key, key, StageStatus.Completed, null, 1, TimeSpan.FromSeconds(startedAfter), startedAfter, null, Payload.Null, Payload.FromJson(Encoding.UTF8.GetBytes(output)));

    private static Payload ToPayload(JsonNode? value) => Payload.FromJson(Encoding.UTF8.GetBytes(value?.ToJsonString() ?? "null"));

    private static JsonNode? SomeValue(Random random, int depth) => random.Next(depth > 0 ? 7 : 4) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(3)),
        2 => JsonValue.Create(random.Next(2) == 0),
        3 => JsonValue.Create("t" + random.Next(3)),
        4 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => SomeValue(random, depth - 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(4)).Select(_ => "k/" + random.Next(4)).Distinct().Select(name => KeyValuePair.Create(name, SomeValue(random, depth - 1)))),
    };

    private static JsonNode? Apply(JsonNode? root, ValueDifference difference)
    {
        var value = difference.Right is null ? null : JsonNode.Parse(difference.Right);
        if (difference.Path.Length == 0) return value;
        var parts = difference.Path.Split('/')[1..].Select(p => p.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToList();
        var at = root;
        foreach (var part in parts[..^1]) at = at is JsonArray list ? list[int.Parse(part)] : at![part];
        if (at is JsonArray array)
        {
            var index = int.Parse(parts[^1]);
            if (difference.Right is null) array.RemoveAt(index);
            else if (index == array.Count) array.Add(value);
            else array[index] = value;
        }
        else if (difference.Right is null)
        {
            at!.AsObject().Remove(parts[^1]);
        }
        else
        {
            at![parts[^1]] = value;
        }

        return root;
    }
}
