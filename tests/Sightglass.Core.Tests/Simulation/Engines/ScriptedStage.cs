using System.Globalization;
using System.Text;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>A <c>code</c> stage that does what the seed says: prints, dawdles, fails, throws, ignores that it is to stop,
/// never comes back, or talks on after its end.</summary>
internal sealed class ScriptedStage(Life life) : IStageType
{
    // More than an attempt may have waiting for the log, so that a printer has to wait.
    private const int Flood = 40 * 1024;
    private const int MaxWaiting = (256 + 64) * 1024;

    private readonly EngineWorld _world = life.World;

    private enum Outcome
    {
        Completes,
        Fails,
        Throws,
        Cancels,
    }

    public string Name => "code";

    public async Task<StageResult> RunAsync(StageRun run, CancellationToken cancellationToken)
    {
        var random = _world.Random;
        var attempt = _world.Began(life, run);
        var outcome = Outcome.Completes;
        try
        {
            if (random.Next(3) > 0) await _world.Picker.StepAsync(life);
            if (random.Next(400) == 0) await FloodAsync(run, attempt, cancellationToken);
            for (var acts = random.Next(4); acts > 0 && outcome == Outcome.Completes; acts--)
            {
                await ActAsync(run, attempt, cancellationToken);
                if (cancellationToken.IsCancellationRequested && random.Next(10) < 7) outcome = Outcome.Cancels;
            }

            if (_world.Faults.Chance(0.008))
            {
                _world.Hit(attempt.Execution);
                attempt.Hangs = true;
                await new TaskCompletionSource().Task;
            }

            if (outcome == Outcome.Completes) outcome = random.Next(100) switch { < 8 => Outcome.Fails, < 10 => Outcome.Throws, 10 when _world.Faults.Active => Outcome.Cancels, _ => Outcome.Completes };
        }
        catch (OperationCanceledException)
        {
            outcome = Outcome.Cancels;
        }

        return Return(run, attempt, outcome);
    }

    private StageResult Return(StageRun run, Attempt attempt, Outcome outcome)
    {
        attempt.HasReturned = true;
        life.Running.Remove(attempt);
        if (_world.Faults.Chance(0.03)) _world.Picker.Post(life, async () => await run.Output.WriteAsync("too late"u8.ToArray()));
        return outcome switch
        {
            Outcome.Fails => StageResult.Failed("boom", "It failed."),
            Outcome.Throws => throw new InvalidOperationException("It threw."),
            Outcome.Cancels => StageResult.Cancelled(),
            _ => StageResult.Completed(Encoding.UTF8.GetBytes(Value())),
        };
    }

    private string Value() => _world.Random.Next(12) switch
    {
        0 => "[1,2,3]",
        1 => "true",
        2 when _world.Random.Next(8) == 0 => "\"" + new string('x', 50_000) + "\"",
        3 => """{"ref":"sha256:0","bytes":1,"preview":"looks like a stored value"}""",
        _ => _world.Random.Next(3).ToString(CultureInfo.InvariantCulture),
    };

    private async Task ActAsync(StageRun run, Attempt attempt, CancellationToken cancellationToken)
    {
        switch (_world.Random.Next(8))
        {
            case < 4:
                await SayAsync(run, attempt, $"{attempt.Stage} #{attempt.Number} says {attempt.Written} äß€😀\n", cancellationToken);
                break;
            case 4:
                await run.Output.LogAsync(LogSeverity.Info, "a line", null, cancellationToken);
                break;
            case 5:
                await run.Output.ProgressAsync(0.5, null, cancellationToken);
                break;
            case 6:
                await _world.Picker.DelayAsync(life, TimeSpan.FromMilliseconds(_world.Random.Next(12_000)), _world.Random.Next(4) == 0 ? CancellationToken.None : cancellationToken);
                break;
            default:
                await _world.Picker.StepAsync(life);
                break;
        }
    }

    /// <summary>Says something in two pieces, which may part in the middle of a character.</summary>
    private async Task SayAsync(StageRun run, Attempt attempt, string text, CancellationToken cancellationToken)
    {
        var stream = _world.Random.Next(4) == 0 ? OutputStream.Error : OutputStream.Output;
        var bytes = Encoding.UTF8.GetBytes(text);
        var cut = _world.Random.Next(bytes.Length + 1);
        foreach (var piece in (ReadOnlyMemory<byte>[])[bytes.AsMemory(0, cut), bytes.AsMemory(cut)])
        {
            attempt.Wrote(stream, piece.Span);
            await run.Output.WriteAsync(piece, stream, cancellationToken);
            if (_world.Random.Next(4) == 0) await _world.Picker.StepAsync(life);
        }
    }

    private async Task FloodAsync(StageRun run, Attempt attempt, CancellationToken cancellationToken)
    {
        var piece = Encoding.UTF8.GetBytes(new string((char)('a' + (attempt.Number % 26)), Flood));
        for (var i = 0; i < 10; i++)
        {
            attempt.Wrote(OutputStream.Output, piece);
            await run.Output.WriteAsync(piece, OutputStream.Output, cancellationToken);
            var waiting = attempt.Written - _world.InLog(attempt);
            if (waiting > MaxWaiting && _world.IsOpen(life, attempt)) _world.Break($"{attempt} has {waiting} bytes waiting for the log and was let go on");
        }
    }
}
