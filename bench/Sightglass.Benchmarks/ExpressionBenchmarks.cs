using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Sightglass.Core.Expressions;

namespace Sightglass.Benchmarks;

/// <summary>Expressions as pipelines have them.</summary>
public class ExpressionBenchmarks
{
    private readonly CelScope _scope = new CelScope()
        .Set("inputs", CelValue.FromJson(JsonElement.Parse("""{"branch":"main","parcels":12}""")))
        .Set("stages", CelValue.FromJson(JsonElement.Parse("""{"build":{"output":{"ok":true,"files":["a.cs","b.cs","c.md","d.cs"]}}}""")));

    private CelExpression _expression = null!;

    /// <summary>Gets or sets the text.</summary>
    [Params("inputs.branch == 'main' && stages.build.output.ok", "stages.build.output.files.filter(f, f.endsWith('.cs')).map(f, f.upperAscii())")]
    public string Text { get; set; } = "";

    [GlobalSetup]
    public void Setup() => _expression = Parse();

    [Benchmark]
    public CelExpression Parse() => CelExpression.TryParse(Text, out var expression, out var errors) ? expression : throw new InvalidOperationException(errors[0].Message);

    [Benchmark]
    public CelResult Evaluate() => _expression.Evaluate(_scope);
}
