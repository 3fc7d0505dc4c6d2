using Sightglass.Core.Expressions;
using Xunit;

namespace Sightglass.Core.Tests.Expressions;

public sealed class CelTemplateTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("${{ 1 + 1 }}!", "2!")]
    [InlineData("a ${{ s }} b ${{ [1, 'x'] }}", "a text b [1,\"x\"]")]
    [InlineData("${{ '}}' }} ${{ \"a\\\"}}\" }} ${{ r'\\' }}", "}} a\"}} \\")]
    [InlineData("${{ '''}}'}}''' }}.", "}}'}}.")]
    [InlineData("${{ {'a': {'b': 1}} }}.", "{\"a\":{\"b\":1}}.")]
    [InlineData("${{{'a':1}}}.", "{\"a\":1}.")]
    [InlineData("$${{ s }} $ {{ }} ${ s }", "${{ s }} $ {{ }} ${ s }")]
    [InlineData("<${{ 1 // }}\n }}>", "<1>")]
    [InlineData("${{ null }} ${{ 1.5 }} ${{ true }} ${{ duration('90s') }} ${{ 7u }}", "null 1.5 true 90s 7")]
    public void Template_gives_text_when_it_holds_more_than_one_expression(string text, string expected)
    {
        var result = Parse(text).Evaluate(new CelScope().Set("s", CelValue.String("text")));
        Assert.False(result.IsError);
        Assert.Equal(expected, result.Value.AsString);
    }

    [Fact]
    public void Template_keeps_the_type_when_it_is_one_whole_expression()
    {
        var template = Parse("${{ [1, 2] }}");
        Assert.True(template.IsWholeExpression);
        Assert.Equal(CelKind.List, template.Evaluate(new CelScope()).Value.Kind);
        Assert.False(Parse(" ${{ 1 }}").IsWholeExpression);
        Assert.False(Parse("plain").HasExpressions);
    }

    [Fact]
    public void Parse_reports_all_errors_at_their_place_when_several_expressions_are_wrong()
    {
        Assert.False(CelTemplate.TryParse("ok ${{ 1 }}\n${{ 1 + }} and ${{ foo() }}\n${{ open", out _, out var errors));
        Assert.Equal([(2, 9), (2, 20), (3, 1)], errors.Select(e => (e.Line, e.Column)));
    }

    [Fact]
    public void Evaluation_tells_the_place_in_the_template_when_it_fails()
    {
        var error = Parse("first\nsecond ${{ missing }}").Evaluate(new CelScope()).Error;
        Assert.Equal((CelErrorCodes.UnknownName, 2, 12), (error.Code, error.Line, error.Column));
    }

    [Fact]
    public void References_carry_paths_and_places_when_names_are_free()
    {
        var template = Parse("${{ stages.a.output['x'].y }} ${{ inputs.list.all(m, m.z > other[0].q) && has(stages.b?.error) }}");
        Assert.Equal(
            ["stages.a.output.x.y@1:5", "inputs.list@1:35", "other@1:60", "stages.b.error@1:79"],
            template.References.Select(r => $"{string.Join('.', r.Path.Prepend(r.Root))}@{r.Line}:{r.Column}"));
    }

    [Theory]
    [InlineData("type(x) == int && google.protobuf.Timestamp == int", "x")]
    [InlineData("math.greatest(a, optional.of(b).orValue(c))", "a b c")]
    [InlineData("[1].map(item, item + outer) + item", "outer item")]
    [InlineData("cel.bind(t, src, t + .t)", "src t")]
    [InlineData("{k: v, 'a': w}[i].size()", "k v w i")]
    [InlineData("items.exists((i, v) => i == v && n)", "items n")]
    [InlineData("stages[name].output", "stages name")]
    public void References_leave_out_what_macros_bind_and_types_when_listed(string text, string roots) =>
        Assert.Equal(roots, string.Join(' ', Cel.Parse(text).References.Select(r => r.Root)));

    [Fact]
    public void Secrets_stay_references_when_a_template_is_rendered()
    {
        Assert.True(Parse("Bearer ${{ secrets.token }}; ${{ 1 }}").TryRender(Secrets, out var segments, out _));
        Assert.Equal([new TemplateSegment("Bearer ", null), new TemplateSegment("", "token"), new TemplateSegment("; 1", null)], segments);
        Assert.Equal(CelErrorCodes.SecretMisuse, Parse("x ${{ secrets.token }}").Evaluate(Secrets).Error.Code);
        Assert.Equal("token", Parse("${{ true ? secrets.token : '' }}").Evaluate(Secrets).Value.SecretName);
    }

    [Theory]
    [InlineData("secrets.t == 'a'")]
    [InlineData("'a' != secrets.t")]
    [InlineData("secrets.t + 'a'")]
    [InlineData("secrets.t < 'a'")]
    [InlineData("secrets.t.a")]
    [InlineData("secrets.t?.a")]
    [InlineData("secrets.t[0]")]
    [InlineData("{'a': 1}[secrets.t]")]
    [InlineData("string(secrets.t)")]
    [InlineData("size(secrets.t)")]
    [InlineData("secrets.t.startsWith('a')")]
    [InlineData("'a'.matches(secrets.t)")]
    [InlineData("secrets.t.matches('a')")]
    [InlineData("secrets.t in ['a']")]
    [InlineData("'a' in secrets.t")]
    [InlineData("!secrets.t")]
    [InlineData("-secrets.t")]
    [InlineData("secrets.t ? 1 : 2")]
    [InlineData("secrets.t && true")]
    [InlineData("secrets.t.map(x, x)")]
    [InlineData("[1].filter(x, secrets.t)")]
    [InlineData("{secrets.t: 1}")]
    [InlineData("type(secrets.t)")]
    [InlineData("[secrets.t].join()")]
    [InlineData("'%s'.format([secrets.t])")]
    [InlineData("'%s'.format([[secrets.t]])")]
    [InlineData("optional.of(secrets.t)")]
    [InlineData("[secrets.t].sort()")]
    [InlineData("math.greatest([secrets.t])")]
    public void Secret_is_refused_when_an_expression_looks_into_it(string text) =>
        Assert.Equal(CelErrorCodes.SecretMisuse, Cel.Parse(text).Evaluate(Secrets).Error.Code);

    [Fact]
    public void Secret_is_refused_when_it_hides_in_a_list_inside_text() =>
        Assert.False(Parse("x ${{ [secrets.a] }}").TryRender(Secrets, out _, out _));

    [Fact]
    public void Exception_passes_through_when_a_resolver_throws()
    {
        var scope = new CelScope().Set("x", CelValue.LazyMap(_ => throw new InvalidDataException("gone"), () => ["a"]));
        Assert.Throws<InvalidDataException>(() => Cel.Parse("x.a == 1 || true").Evaluate(scope));
        Assert.Throws<InvalidDataException>(() => Cel.Parse("x.all(k, v, true)").Evaluate(scope));
    }

    [Fact]
    public void Lazy_map_acts_as_a_map_when_its_members_are_read()
    {
        var reads = new List<string>();
        var lazy = CelValue.LazyMap(name => { reads.Add(name); return name is "a" or "b" ? CelValue.String(name) : null; }, () => ["a", "b"]);
        var scope = new CelScope().Set("m", lazy).Set("n", () => CelValue.Int(7));
        Assert.Equal("a", Cel.Parse("m.a").Evaluate(scope).Value.AsString);
        Assert.Equal(["a"], reads);
        Assert.True(Cel.Parse("!has(m.c) && size(m) == 2 && m.all(k, v, k == v) && m == {'b': 'b', 'a': 'a'} && n == 7").Evaluate(scope).Value.AsBool);
        Assert.Equal("""{"a":"a","b":"b"}""", lazy.ToText());
    }

    private static readonly CelScope Secrets = new CelScope().Set("secrets", CelValue.LazyMap(name => CelValue.Opaque(name), () => ["token"]));

    private static CelTemplate Parse(string text)
    {
        Assert.True(CelTemplate.TryParse(text, out var template, out var errors), errors.Count > 0 ? errors[0].Message : "");
        return template;
    }
}
