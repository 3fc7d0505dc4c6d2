using System.Reflection;
using Sightglass.Core.Expressions;
using Sightglass.Core.Tests.Expressions.Conformance;
using Xunit;

namespace Sightglass.Core.Tests.Expressions;

/// <summary>Random expressions, of which only what holds for all is asked.</summary>
public sealed class CelFuzzTests
{
    private const long Budget = 5_000;

    private static readonly HashSet<string> Codes =
        [.. typeof(CelErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];

    [Fact]
    public void Evaluation_gives_a_value_or_a_known_error_within_its_budget_and_memory()
    {
        var (values, stopped, kinds) = (0, 0, new HashSet<string>());
        for (var seed = 0; seed < 12_000; seed++)
        {
            var text = new SomeExpression(new Random(seed)).Next(6);
            if (!CelExpression.TryParse(text, text, new CelLines(text), 0, lenient: true, out var expression, out var errors))
            {
                Assert.All(errors, error => Assert.True(Codes.Contains(error.Code), $"seed {seed}: {error.Code}"));
                continue;
            }

            var scope = Scope();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var result = expression.Evaluate(scope);
            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

            // A unit of cost stands for an element or 16 characters; nothing may cost memory without it.
            Assert.True(bytes < 200_000 + (Budget * 300), $"seed {seed} took {bytes} bytes: {text}");
            if (result.IsError)
            {
                Assert.True(Codes.Contains(result.Error.Code), $"seed {seed}: {result.Error.Code}");
                Assert.InRange(result.Error.Reason.Length, 1, CelLimits.MaxReason + 1);
                stopped += result.Error.Code == CelErrorCodes.BudgetExceeded ? 1 : 0;
                kinds.Add(result.Error.Code);
                continue;
            }

            values++;
            kinds.Add(result.Value.TypeName);
            var again = expression.Evaluate(scope);
            Assert.True(!again.IsError && ConformanceValue.AreSame(result.Value, again.Value), $"seed {seed} gives another value the second time: {text}");
        }

        // Otherwise the generator would ask nothing.
        Assert.InRange(values, 1_200, 11_000);
        Assert.InRange(stopped, 60, 11_000);
        Assert.InRange(kinds.Count, 18, 100);
    }

    [Fact]
    public void Evaluation_with_less_budget_gives_the_same_value_or_stops()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var text = new SomeExpression(new Random(seed)).Next(5);
            if (!CelExpression.TryParse(text, text, new CelLines(text), 0, lenient: true, out var expression, out _))
                continue;
            var whole = expression.Evaluate(Scope());
            foreach (var cost in new[] { 1L, 10, 100, 1_000 })
            {
                var part = expression.Evaluate(Scope(cost));
                var stopped = part.IsError && part.Error.Code == CelErrorCodes.BudgetExceeded;
                var same = part.IsError ? whole.IsError && part.Error.Code == whole.Error.Code : !whole.IsError && ConformanceValue.AreSame(whole.Value, part.Value);
                Assert.True(stopped || same, $"seed {seed} differs at {cost} units: {text}");
            }
        }
    }

    private static CelScope Scope(long cost = Budget) => new CelScope { MaxCost = cost }
        .Set("x", CelValue.Int(42))
        .Set("text", CelValue.String("The quick brown fox, jumped; over: 13 lazy dogs"))
        .Set("rows", CelValue.List(Enumerable.Range(0, 20).Select(i => CelValue.Map([new("a", CelValue.Int(i)), new("b", CelValue.String($"row {i}"))]))))
        .Set("deep", CelValue.Map([new("a", CelValue.Map([new("a", CelValue.List([CelValue.Null, CelValue.Double(double.NaN)]))]))]));
}
