using Sightglass.Core.Agents;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Scheduling.Schedules;
using Sightglass.Core.Stages.Http;
using Sightglass.Core.Stages.Shell;
using Sightglass.Core.Webhooks;
using Xunit;

namespace Sightglass.Core.Tests;

/// <summary>Options are checked by what they are given to, when it is made.</summary>
public sealed class OptionsTests
{
    private static readonly TimeSpan Negative = TimeSpan.FromTicks(-1);

    public static TheoryData<Func<IDisposable?>> Senseless => new(
        () => new ShellStage(new ShellStageOptions { KeepBytes = 0 }),
        () => new ShellStage(new ShellStageOptions { KeepBytes = ExecutionLimits.MaxOutputBytes + 1 }),
        () => new ShellStage(new ShellStageOptions { KeepJsonBytes = 0 }),
        () => new ShellStage(new ShellStageOptions { KeepJsonBytes = ExecutionLimits.MaxOutputBytes + 1 }),
        () => new ShellStage(new ShellStageOptions { LeftoverLimit = Negative }),
        () => new HttpStage(new HttpStageOptions { MaxResponseBytes = -1 }),
        () => new HttpStage(new HttpStageOptions { MaxResponseBytes = ExecutionLimits.MaxOutputBytes + 1 }),
        () => new HttpStage(new HttpStageOptions { MaxRedirects = -1 }),
        () => new HttpStage(new HttpStageOptions { MaxRedirects = 101 }),
        () => new HttpStage(new HttpStageOptions { ConnectTimeout = TimeSpan.Zero }),
        () => new HttpStage(new HttpStageOptions { SilenceTimeout = TimeSpan.Zero }),
        () => Make(new AgentStage(new ChatClientRegistry(), new AgentStageOptions { MaxAnswerLength = 0 })),
        () => Make(new PipelineCatalog("x", new PipelineCatalogOptions { MaxFiles = 0 })),
        () => Make(new PipelineCatalog("x", new PipelineCatalogOptions { Debounce = Negative })),
        () => Make(new PipelineCatalog("x", new PipelineCatalogOptions { PollInterval = TimeSpan.Zero })),
        () => Schedules(new ScheduleOptions { MisfireAfter = Negative }),
        () => Schedules(new ScheduleOptions { MaxCatchUp = 0 }),
        () => Schedules(new ScheduleOptions { MaxWaiting = 0 }),
        () => Schedules(new ScheduleOptions { LookAtClock = TimeSpan.Zero }),
        () => Schedules(new ScheduleOptions { RetryAfter = TimeSpan.FromDays(60) }),
        () => Schedules(new ScheduleOptions { KeepRemoved = TimeSpan.Zero }),
        () => Webhooks(new WebhookOptions { MaxAttempts = 0 }),
        () => Webhooks(new WebhookOptions { MaxConcurrent = 0 }),
        () => Webhooks(new WebhookOptions { MaxConcurrentPerTarget = 0 }),
        () => Webhooks(new WebhookOptions { MaxWaitingPerTarget = 0 }),
        () => Webhooks(new WebhookOptions { Recent = -1 }),
        () => Webhooks(new WebhookOptions { GiveUpAfter = TimeSpan.Zero }),
        () => Webhooks(new WebhookOptions { Timeout = TimeSpan.FromDays(2) }));

    [Theory]
    [MemberData(nameof(Senseless))]
    public void Options_are_refused_when_a_limit_makes_no_sense(Func<IDisposable?> make) => Assert.Throws<ArgumentOutOfRangeException>(make);

    private static IDisposable? Make(object made) => made as IDisposable;

    private static IDisposable? Schedules(ScheduleOptions options)
    {
        var store = new InMemoryEventStore();
        return Make(new ScheduleRunner(new PipelineEngine(new PipelineEngineOptions { Store = store, StageTypes = [] }), store, () => [], options));
    }

    private static IDisposable? Webhooks(WebhookOptions options)
    {
        var store = new InMemoryEventStore();
        return Make(new WebhookDispatcher(store, store, new WebhookWatch(), options));
    }
}
