using FsCheck;
using FsCheck.Fluent;
using Sightglass.Core.Monitoring.Metrics;
using Xunit;

namespace Sightglass.Core.Tests.Monitoring.Metrics;

public sealed class QuantileSketchTests
{
    [Fact]
    public void Quantiles_are_within_the_stated_error_of_exact_ones()
    {
        // From a tick to weeks, so that every power of two is met.
        var durations = Gen.Choose(0, 44).SelectMany(bits => Gen.Choose(0, int.MaxValue).Select(n => (long)((1L << bits) * (1 + (n / (double)int.MaxValue)))));
        Prop.ForAll(durations.NonEmptyListOf().ToArbitrary(), ticks =>
        {
            var sketch = new QuantileSketch();
            foreach (var t in ticks) sketch.Add(TimeSpan.FromTicks(t));
            var sorted = ticks.Order().ToArray();
            return Enumerable.Range(0, 101).All(percent =>
            {
                var rank = Math.Clamp((int)Math.Ceiling(percent / 100.0 * sorted.Length), 1, sorted.Length);
                var exact = TimeSpan.FromTicks(sorted[rank - 1]).TotalSeconds;
                return Math.Abs(sketch.Quantile(percent / 100.0) - exact) <= (exact * QuantileSketch.RelativeError) + 1e-9;
            });
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Sum_count_and_extremes_are_exact()
    {
        var sketch = new QuantileSketch();
        foreach (var ms in new[] { 3, 1, 2 }) sketch.Add(TimeSpan.FromMilliseconds(ms));

        var read = sketch.Read();

        Assert.Equal((3, 0.006, 0.001, 0.003), (read.Count, Math.Round(read.SumSeconds, 12), read.MinSeconds, read.MaxSeconds));
        Assert.Equal(TimeSpan.FromMilliseconds(2), read.Average);
    }

    [Fact]
    public void Quantiles_do_not_leave_the_range_of_what_was_added()
    {
        var sketch = new QuantileSketch();
        sketch.Add(TimeSpan.FromSeconds(1.999));

        Assert.Equal(1.999, sketch.Quantile(0.5));
        Assert.Equal(1.999, sketch.Quantile(0.99));
    }

    [Fact]
    public void Any_duration_finds_a_bin()
    {
        var sketch = new QuantileSketch();
        sketch.Add(TimeSpan.MinValue);
        sketch.Add(TimeSpan.Zero);
        sketch.Add(TimeSpan.MaxValue);

        Assert.Equal(3, sketch.Read().Count);
        Assert.Equal(0, sketch.Read().MinSeconds);
        Assert.Equal(long.MaxValue / 1e9, sketch.Read().MaxSeconds);
    }

    [Fact]
    public void Nothing_is_read_from_an_empty_one() => Assert.Equal(default, new QuantileSketch().Read());
}
