using Sightglass.Cli.Client;
using Sightglass.Cli.Commands;
using Sightglass.Cli.LiveView;
using Sightglass.Core.Definitions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Data;
using Xunit;

namespace Sightglass.Cli.Tests.LiveView;

/// <summary>An execution that a defect has parked: whoever watches it does not wait for ever.</summary>
public sealed class ParkedViewTests
{
    [Fact]
    public async Task A_watched_run_ends_with_the_reason_when_its_execution_is_parked()
    {
        await using var engine = new PipelineEngine(new PipelineEngineOptions { Store = new InMemoryEventStore(), StageTypes = [new DataStage()], Random = new NoDice() });
        var definition = DefinitionReader.Read("id: p\nstages: [{ id: a, data: { value: '1' } }]"u8.ToArray(), "p.yaml").Definition!;
        var id = (await engine.StartAsync(new StartRequest { Definition = definition })).ExecutionId!.Value;
        using var output = new StringWriter();
        await using var view = new PlainView(output, new PlainViewOptions());

        var refused = await Assert.ThrowsAsync<CommandRefusedException>(() => RunCommand.WatchAsync(new LocalExecutions(engine, "ann"), id, view).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal(ExitCodes.Defect, refused.ExitCode);
        Assert.Contains("parked by a defect: InvalidOperationException: No dice.", refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(output.ToString());
    }

    private sealed class NoDice : Random
    {
        public override double NextDouble() => throw new InvalidOperationException("No dice.");
    }
}
