using System.Text;
using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Stages;
using Sightglass.Core.Stages.Code;
using Xunit;

namespace Sightglass.Core.Tests.Stages.Code;

public sealed class CodeStageTests
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    [Fact]
    public async Task Function_gets_its_input_and_its_result_becomes_the_output()
    {
        var stage = new CodeStage(new CodeRegistry().Register("double", context => new { Twice = context.Input.GetProperty("n").GetInt32() * 2 }));

        var result = await stage.RunAsync(Run("""{"name":"double","input":{"n":21}}"""), s_none);

        Assert.Equal("""{"twice":42}""", Encoding.UTF8.GetString(result.Output.Span));
    }

    [Fact]
    public async Task Asynchronous_functions_write_log_and_report()
    {
        var output = new RecordedOutput();
        var stage = new CodeStage(new CodeRegistry().Register("say", async context =>
        {
            await context.Output.WriteLineAsync("grüß");
            await context.Error.WriteAsync("oops");
            await context.LogAsync("noted", LogSeverity.Warning);
            await context.ProgressAsync(0.5, "half");
            await Task.Yield();
            return context.InputAs<string>();
        }));

        var result = await stage.RunAsync(Run("""{"name":"say","input":"hi"}""", output), s_none);

        Assert.Equal("hi", result.Json().GetString());
        Assert.Equal("grüß\n", output.Text);
        Assert.Equal("oops", output.ErrorText);
        Assert.Equal(["Warning: noted", "Debug: progress 0.5 half"], output.Logs);
    }

    [Theory]
    [InlineData("sync", "null")]
    [InlineData("task", "null")]
    [InlineData("yield", "null")]
    [InlineData("nothing", "null")]
    [InlineData("element", "[1, 2]")]
    public async Task Result_is_what_the_function_returned(string name, string expected)
    {
        var registry = new CodeRegistry()
            .Register("sync", _ => { })
            .Register("task", _ => Task.CompletedTask)
            .Register("yield", async _ => await Task.Yield())
            .Register("nothing", _ => (string?)null)
            .Register("element", _ => JsonElement.Parse("[1,  2]"));

        var result = await new CodeStage(registry).RunAsync(Run($$"""{"name":"{{name}}"}"""), s_none);

        Assert.Equal(StageOutcome.Completed, result.Outcome);
        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), result.Json().GetRawText());
    }

    [Fact]
    public async Task Stage_names_the_nearest_function_when_it_knows_none_of_that_name()
    {
        var stage = new CodeStage(new CodeRegistry().Register("summarise", _ => 1).Register("other", _ => 1));

        var result = await stage.RunAsync(Run("""{"name":"sumarize"}"""), s_none);

        Assert.Equal("code_not_found", result.Error!.Code);
        Assert.Contains("did you mean 'summarise'?", result.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stage_fails_with_the_message_when_the_function_throws(bool later)
    {
        var stage = new CodeStage(new CodeRegistry().Register("fail", async Task (_) =>
        {
            if (later)
                await Task.Yield();
            throw new InvalidOperationException("no such order");
        }));

        var result = await stage.RunAsync(Run("""{"name":"fail"}"""), s_none);

        Assert.Equal("code_failed", result.Error!.Code);
        Assert.Equal("no such order", result.Error.Message);
    }

    [Fact]
    public async Task Stage_is_cancelled_when_the_function_follows_the_token()
    {
        using var stop = new CancellationTokenSource();
        var stage = new CodeStage(new CodeRegistry().Register("wait", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken)));
        var running = stage.RunAsync(Run("""{"name":"wait"}"""), stop.Token);

        await stop.CancelAsync();

        Assert.Equal(StageOutcome.Cancelled, (await running).Outcome);
    }

    [Fact]
    public void Empty_function_costs_one_small_object_and_no_thread()
    {
        var stage = new CodeStage(new CodeRegistry().Register("nothing", _ => { }));
        var run = Run("""{"name":"nothing"}""") with { Definition = new StageDefinition { Id = "a", Code = new CodeDefinition { Name = "nothing" } } };
        for (var i = 0; i < 100; i++)
            Assert.True(stage.RunAsync(run, s_none).IsCompletedSuccessfully);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            _ = stage.RunAsync(run, s_none);

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1000, 0, 64);
    }

    [Fact]
    public void Registry_refuses_a_name_that_is_taken()
    {
        var registry = new CodeRegistry().Register("a", _ => 1);

        Assert.Throws<ArgumentException>(() => registry.Register("a", _ => 2));
    }

    private static StageRun Run(string body, RecordedOutput? output = null) => SomeRun.Of(body, output);
}
