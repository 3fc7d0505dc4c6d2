using System.Text;
using Sightglass.Cli.LiveView;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Stages;
using Xunit;

namespace Sightglass.Cli.Tests.LiveView;

public sealed class FrameTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private readonly ExecutionModel _model = new();
    private long _seq;

    [Theory]
    [InlineData(80, 24)]
    [InlineData(20, 5)]
    [InlineData(200, 60)]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(40, 2)]
    public void A_frame_never_exceeds_the_terminal(int columns, int rows)
    {
        Create(300);
        for (var i = 0; i < 120; i++) Complete($"s{i}");
        for (var i = 120; i < 140; i++)
        {
            Begin($"s{i}");
            Add($"s{i}", new StageOutputWritten { Text = "漢字 \e[31mlong " + new string('x', 500) + "\nsecond\e]0;title\a\nthird", Offset = 0 });
        }

        Add("s140", new StageWaiting { For = "approval" });
        Add("s140", new ApprovalRequested { Message = "Really?\nYes?" });
        foreach (var isColored in (bool[])[true, false])
        {
            var frame = new FrameRenderer(new Palette(isColored), "").Draw(_model, new FrameSize(columns, rows), Start.AddMinutes(3), 1, "Cancelling; once more ends at once.");
            Assert.InRange(frame.Count, 1, rows);
            Assert.All(frame, line =>
            {
                Assert.True(TerminalText.Width(line) <= columns, line);
                Assert.DoesNotContain("\n", line, StringComparison.Ordinal);
                Assert.DoesNotContain("title", line, StringComparison.Ordinal);
            });
        }
    }

    [Fact]
    public void What_runs_and_waits_for_a_person_is_always_shown_and_the_rest_is_counted()
    {
        Create(200);
        for (var i = 0; i < 100; i++) Complete($"s{i}");
        Begin("s100");
        Add("s150", new StageWaiting { For = "approval" });
        Add("s150", new ApprovalRequested());
        var frame = string.Join('\n', Draw(80, 15));
        Assert.Contains("Stage 100 ", frame, StringComparison.Ordinal);
        Assert.Contains("Stage 150 ", frame, StringComparison.Ordinal);
        Assert.Contains("sightglass approve", frame, StringComparison.Ordinal);
        Assert.Contains("completed", frame, StringComparison.Ordinal);
        Assert.Contains("100/200 stages", frame, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_waits_for_a_slot_of_its_group_says_so_until_it_has_one()
    {
        var created = new ExecutionCreated { Name = "Copy", Group = new GroupClaim("db\e[2J", 1, WhenFull.Queue), Plan = Payload.FromJson("""{"stages":[],"edges":[]}"""u8.ToArray()) };
        Add(null, created);
        Assert.Contains("waits for a slot of the concurrency group 'db'", Draw(120, 5)[0], StringComparison.Ordinal);
        Add(null, new ExecutionStarted());
        Assert.DoesNotContain("waits", Draw(120, 5)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_fan_out_is_one_row_with_counts()
    {
        Create(1);
        Add("s0", new StageExpanded { Count = 1000 });
        for (var i = 0; i < 10; i++) Begin($"s0[{i}]");
        for (var i = 0; i < 4; i++) Complete($"s0[{i}]");
        Add("s0[4]", new StageFailed { Error = new StageError("exit_code", "exited with 1"), Duration = 5 });
        var rows = Draw(100, 40).Where(l => l.Contains("Stage 0", StringComparison.Ordinal)).ToList();
        Assert.Contains("5/1000, 5 running, 1 failed", Assert.Single(rows), StringComparison.Ordinal);
    }

    [Fact]
    public void A_running_stage_shows_its_progress_attempt_time_and_last_lines()
    {
        Create(1);
        Begin("s0", attempt: 3);
        Add("s0", new StageProgressed { Fraction = 0.45, Message = "half way" });
        Add("s0", new StageOutputWritten { Text = "old\nnewer\nnew" });
        var frame = string.Join('\n', Draw(100, 10));
        Assert.Contains("45% half way", frame, StringComparison.Ordinal);
        Assert.Contains("attempt 3", frame, StringComparison.Ordinal);
        Assert.Contains("10.0 s", frame, StringComparison.Ordinal);
        Assert.Contains("│ new", frame, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_line_without_end_the_newest_words_are_shown()
    {
        Create(1);
        Begin("s0");
        for (var i = 0; i < 5000; i++) Add("s0", new StageOutputWritten { Text = $"word{i} " });
        var frame = Draw(60, 8);
        Assert.InRange(frame.Count, 4, 8);
        Assert.Contains("word4999", frame[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_whole_tree_and_the_result_stand_at_the_end()
    {
        Create(100);
        for (var i = 0; i < 99; i++) Complete($"s{i}");
        Begin("s99");
        Add("s99", new StageOutputWritten { Text = "the reason\n" });
        Add("s99", new StageFailed { Error = new StageError("exit_code", "exited with 1"), Duration = 5 });
        Add(null, new ExecutionFailed { Error = new StageError("exit_code", "exited with 1"), FailedStage = "s99" });
        var whole = new FrameRenderer(new Palette(false), "").DrawWhole(_model, 80, Start);
        Assert.Equal(100, whole.Count(l => l.Contains("─ ", StringComparison.Ordinal)));
        Assert.Contains(whole, l => l.Contains("the reason", StringComparison.Ordinal));
        Assert.Equal("Error in s99: exited with 1", whole[^1]);
    }

    private List<string> Draw(int columns, int rows) => new FrameRenderer(new Palette(false), "").Draw(_model, new FrameSize(columns, rows), Start.AddSeconds(10), 0, null);

    private void Create(int stages)
    {
        var plan = string.Join(',', Enumerable.Range(0, stages).Select(i => $$"""{"id":"s{{i}}","name":"Stage {{i}}","type":"shell"}"""));
        Add(null, new ExecutionCreated { PipelineId = "p", Name = "Pipe\e[2Jline", Plan = Payload.FromJson(Encoding.UTF8.GetBytes($$"""{"stages":[{{plan}}],"edges":[]}""")) });
        Add(null, new ExecutionStarted());
    }

    private void Begin(string stage, int attempt = 1) => Add(stage, new StageStarted(), attempt);

    private void Complete(string stage) => Add(stage, new StageCompleted { Duration = 1 });

    private void Add(string? stage, EventData data, int attempt = 1) =>
        _model.Apply(new ExecutionEvent(++_seq, Start, Guid.Empty, stage, stage is null ? 0 : attempt, 0, data), default);
}
