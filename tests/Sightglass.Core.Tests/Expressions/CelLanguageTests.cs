using Sightglass.Core.Expressions;
using Xunit;

namespace Sightglass.Core.Tests.Expressions;

public sealed class CelLanguageTests
{
    [Theory]
    [InlineData("42", """{"int":"42"}""")]
    [InlineData("-9223372036854775808", """{"int":"-9223372036854775808"}""")]
    [InlineData("0xff", """{"int":"255"}""")]
    [InlineData("0x55555555u", """{"uint":"1431655765"}""")]
    [InlineData("-1.5e3", """{"double":"-1500"}""")]
    [InlineData(".5", """{"double":"0.5"}""")]
    [InlineData("'\\u00e9\\x41\\101\\U0001F600'", """{"string":"éAA😀"}""")]
    [InlineData("r'\\n' + R\"\\d\"", """{"string":"\\n\\d"}""")]
    [InlineData("'''a'b\n\"c'''", """{"string":"a'b\n\"c"}""")]
    [InlineData("b'\\xff\\377a\u00e9'", """{"bytes":"ffff61c3a9"}""")]
    [InlineData("b'\\u00FF'", """{"bytes":"c3bf"}""")]
    [InlineData("br'\\x'", """{"bytes":"5c78"}""")]
    [InlineData("null", """{"null":true}""")]
    [InlineData("[1, 'a', [true],]", """{"list":[{"int":"1"},{"string":"a"},{"list":[{"bool":true}]}]}""")]
    [InlineData("{'a': 1, 2: 'b',}", """{"map":[[{"string":"a"},{"int":"1"}],[{"int":"2"},{"string":"b"}]]}""")]
    [InlineData("1 // one\n + 2", """{"int":"3"}""")]
    public void Literal_reads_as_its_value_when_well_formed(string text, string expected) => Same(expected, Cel.Eval(text));

    [Theory]
    [InlineData("")]
    [InlineData("1 +")]
    [InlineData("a b")]
    [InlineData("(1")]
    [InlineData("[1, , 2]")]
    [InlineData("'abc")]
    [InlineData("'a\nb'")]
    [InlineData("'\\q'")]
    [InlineData("'\\ud800'")]
    [InlineData("'\\400'")]
    [InlineData("9223372036854775808")]
    [InlineData("0 - 9223372036854775808")]
    [InlineData("18446744073709551616u")]
    [InlineData("1 = 1")]
    [InlineData("a & b")]
    [InlineData("for")]
    [InlineData("if + 1")]
    [InlineData("a.true")]
    [InlineData("x => x")]
    [InlineData("[1].all(1, true)")]
    [InlineData("[1].map(x)")]
    [InlineData("has(a)")]
    [InlineData("Message{field: 1}")]
    [InlineData("1u2")]
    [InlineData("rb'a'")]
    public void Parse_fails_with_a_syntax_error_when_text_is_no_expression(string text)
    {
        Assert.False(CelExpression.TryParse(text, out var expression, out var errors));
        Assert.Null(expression);
        Assert.Contains(errors, e => e.Code == CelErrorCodes.Syntax);
    }

    [Theory]
    [InlineData("1 + 2 * 3 - 4 / 2 % 3", "5")]
    [InlineData("-(-7) / 2", "3")]
    [InlineData("-7 / 2", "-3")]
    [InlineData("-7 % 3", "-1")]
    [InlineData("--19", "19")]
    [InlineData("true ? 1 : 1 / 0", "1")]
    [InlineData("false ? 1 / 0 : true ? 2 : 3", "2")]
    [InlineData("{'a': {'b': [10, 20]}}.a.b[1]", "20")]
    [InlineData("{'a-b': 7}.`a-b`", "7")]
    [InlineData("[1, 2][1.0] + [1, 2][0u]", "3")]
    [InlineData("[[[7]]][0][0][0]", "7")]
    [InlineData("{1: 5}[1u] + {1u: 6}[1] + {1: 7}[1.0]", "18")]
    [InlineData("cel.bind(x, 3, x * x)", "9")]
    [InlineData("cel.bind(x, 3, [x].map(x, x + 1))[0]", "4")]
    public void Operator_gives_the_number_when_types_match(string text, string expected) =>
        Same($$"""{"int":"{{expected}}"}""", Cel.Eval(text));

    [Theory]
    [InlineData("9223372036854775807 + 1", CelErrorCodes.Overflow)]
    [InlineData("-9223372036854775808 - 1", CelErrorCodes.Overflow)]
    [InlineData("5000000000 * 5000000000", CelErrorCodes.Overflow)]
    [InlineData("-9223372036854775808 * -1", CelErrorCodes.Overflow)]
    [InlineData("-9223372036854775808 / -1", CelErrorCodes.Overflow)]
    [InlineData("-(-9223372036854775808)", CelErrorCodes.Overflow)]
    [InlineData("18446744073709551615u + 1u", CelErrorCodes.Overflow)]
    [InlineData("0u - 1u", CelErrorCodes.Overflow)]
    [InlineData("5000000000u * 5000000000u", CelErrorCodes.Overflow)]
    [InlineData("1 / 0", CelErrorCodes.DivideByZero)]
    [InlineData("1u % 0u", CelErrorCodes.DivideByZero)]
    [InlineData("1 + 1u", CelErrorCodes.NoSuchOverload)]
    [InlineData("1 + 'a'", CelErrorCodes.NoSuchOverload)]
    [InlineData("1.0 % 2.0", CelErrorCodes.NoSuchOverload)]
    [InlineData("-1u", CelErrorCodes.NoSuchOverload)]
    [InlineData("!1", CelErrorCodes.NoSuchOverload)]
    [InlineData("1 ? 2 : 3", CelErrorCodes.NoSuchOverload)]
    [InlineData("[1] < [2]", CelErrorCodes.NoSuchOverload)]
    [InlineData("1 < '2'", CelErrorCodes.NoSuchOverload)]
    [InlineData("1 in 2", CelErrorCodes.NoSuchOverload)]
    [InlineData("nothing", CelErrorCodes.UnknownName)]
    [InlineData("{'a': 1}.b", CelErrorCodes.NoSuchField)]
    [InlineData("{'a': 1}['b']", CelErrorCodes.NoSuchField)]
    [InlineData("[1][1]", CelErrorCodes.IndexOutOfRange)]
    [InlineData("[1][-1]", CelErrorCodes.IndexOutOfRange)]
    [InlineData("[1][0.5]", CelErrorCodes.InvalidArgument)]
    [InlineData("[1]['a']", CelErrorCodes.NoSuchOverload)]
    [InlineData("null.a", CelErrorCodes.NoSuchOverload)]
    [InlineData("{'a': 1, 'a': 2}", CelErrorCodes.DuplicateKey)]
    [InlineData("{1: 1, 1u: 2}", CelErrorCodes.DuplicateKey)]
    [InlineData("{1.0: 1}", CelErrorCodes.NoSuchOverload)]
    [InlineData("[1, 1 / 0]", CelErrorCodes.DivideByZero)]
    public void Evaluation_fails_with_its_code_when_there_is_no_value(string text, string code) => Assert.Equal("!" + code, Cel.Eval(text));

    [Theory]
    [InlineData("1 == 1.0 && 1u == 1 && 1.0 == 1u")]
    [InlineData("1 != 1.1 && 1 != '1' && null != false")]
    [InlineData("[1, 2.0] == [1.0, 2u]")]
    [InlineData("{'a': 1, 2: [3]} == {2u: [3.0], 'a': 1.0}")]
    [InlineData("0.0 / 0.0 != 0.0 / 0.0")]
    [InlineData("!(0.0 / 0.0 < 1.0) && !(0.0 / 0.0 > 1)")]
    [InlineData("0.0 == -0.0")]
    [InlineData("cel.bind(x, [0.0 / 0.0], x != x) && cel.bind(x, {1: 0.0 / 0.0}, x != x)")]
    [InlineData("[0].exists(y, .y.z == 42) || true")]
    [InlineData("a.while() || { 'while': true }.while")]
    [InlineData("9223372036854775807 != 9223372036854775808.0")]
    [InlineData("9223372036854775807 <= 9223372036854775808.0 && 9223372036854775807 >= 9223372036854775808.0")]
    [InlineData("-1 < 0u && 1u > -1 && 18446744073709551615u > 1")]
    [InlineData("1.5 > 1 && 1 < 1.5 && 2u >= 1.5")]
    [InlineData("'a' < 'b' && 'a' < 'aa' && b'a' < b'b' && false < true")]
    [InlineData("'\\uffff' < '\\U00010000'")]
    [InlineData("2 in [1, 2.0] && !('2' in [2]) && 'a' in {'a': null} && !(3 in {2: 3})")]
    [InlineData("2.0 in {2: 'x'} && 2u in {2: 'x'}")]
    [InlineData("type(1) == int && type(1u) == uint && type(1.0) == double && type('') == string && type(b'') == bytes")]
    [InlineData("type(null) == null_type && type([]) == list && type({}) == map && type(int) == type && type(type) == type")]
    [InlineData("type(timestamp(0)) == google.protobuf.Timestamp && type(duration('1s')) == google.protobuf.Duration")]
    [InlineData("type(optional.none()) == optional_type && type(7) != type(7u)")]
    [InlineData("true || 1 / 0 > 1")]
    [InlineData("1 / 0 > 1 || true")]
    [InlineData("!(1 / 0 > 1 && false) && !(false && nothing)")]
    [InlineData("'x' || true")]
    [InlineData("no_function(1) || true")]
    [InlineData("[1, 2, 3].all(e, e > 0) && ![1, 2].all(e, e > 1) && [].all(e, false)")]
    [InlineData("[1, 'foo', 3].exists(e, e != '1') && ![].exists(e, true)")]
    [InlineData("![1, 2, 3].all(e, 6 / (2 - e) == 6)")]
    [InlineData("[6, 7, 8].exists_one(x, x % 5 == 2) && ![7, 7].exists_one(x, x == 7)")]
    [InlineData("[2, 4].map(n, n / 2) == [1, 2] && [1, 2, 3].map(n, n > 1, n * 2) == [4, 6]")]
    [InlineData("[1, 2, 3].filter(x, x % 2 == 1) == [1, 3] && {1: 'a', 2: 'b'}.filter(k, k > 1) == [2]")]
    [InlineData("{'a': 1}.exists(k, k == 'a') && {'a': 1}.all(k, v, v == 1)")]
    [InlineData("[5, 7, 8].existsOne(i, v, v % 5 == i) && [0, 'foo', 3].exists(i, v, i == 1 && v == 'foo')")]
    [InlineData("[2, 4, 6].transformList(i, v, v / 2 + i) == [1, 3, 5]")]
    [InlineData("[2, 4, 6].transformList(i, v, i != 1, v) == [2, 6]")]
    [InlineData("{'foo': 'bar'}.transformMap(k, v, k + v) == {'foo': 'foobar'}")]
    [InlineData("['a', 'b'].transformMap(i, v, i > 0, v) == {1: 'b'}")]
    [InlineData("{'a': 'x'}.transformMapEntry(k, v, {v: k}) == {'x': 'a'}")]
    [InlineData("[1, 2].all(m => m > 0) && [1, 2].exists((i, v) => i == 1 && v == 2) && [1, 2].map(m => m * 2) == [2, 4]")]
    [InlineData("[[1, 2], [3]].all(l, l.all(x, x in l)) && [1].map(x, [2].map(x, x))[0][0] == 2")]
    [InlineData("[1, 2].map(x, [3].map(y, x + y)) == [[4], [5]]")]
    [InlineData("has({'a': null}.a) && !has({'a': 1}.b) && has({'a': {'b': 1}}.a.b)")]
    [InlineData("[1] + [2] == [1, 2] && 'a' + 'b' == 'ab' && b'a' + b'b' == b'ab'")]
    [InlineData("base64.encode(b'hello') == 'aGVsbG8=' && base64.decode('aGVsbG8') == b'hello'")]
    public void Condition_holds_when_the_specification_says_so(string text) => Same("""{"bool":true}""", Cel.Eval(text));

    [Theory]
    [InlineData("[1, 2, 3].all(e, e / 0 != 17)", CelErrorCodes.DivideByZero)]
    [InlineData("[3, 2, 1, 0].exists_one(n, 12 / n > 1)", CelErrorCodes.DivideByZero)]
    [InlineData("[2, 1, 0].map(n, 4 / n)", CelErrorCodes.DivideByZero)]
    [InlineData("1.map(x, x)", CelErrorCodes.NoSuchOverload)]
    [InlineData("[1].filter(x, x)", CelErrorCodes.NoSuchOverload)]
    [InlineData("['a', 'b'].transformMapEntry(i, v, {'k': v})", CelErrorCodes.DuplicateKey)]
    [InlineData("'a' && true", CelErrorCodes.NoSuchOverload)]
    [InlineData("false || nothing", CelErrorCodes.UnknownName)]
    [InlineData("has({}.a.b)", CelErrorCodes.NoSuchField)]
    public void Macro_fails_with_its_code_when_nothing_absorbs_the_error(string text, string code) => Assert.Equal("!" + code, Cel.Eval(text));

    [Fact]
    public void Error_names_line_column_and_types_when_an_operand_is_wrong()
    {
        var error = Cel.Result("1 +\n  2 + 'a'").Error;
        Assert.Equal((CelErrorCodes.NoSuchOverload, 2, 5), (error.Code, error.Line, error.Column));
        Assert.Contains("expected int, found string", error.Message, StringComparison.Ordinal);
        Assert.Contains("line 2, column 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_reports_every_unknown_function_when_there_are_several()
    {
        Assert.False(CelExpression.TryParse("foo(1) + 'a'.bar() + size()", out _, out var errors));
        Assert.Equal([1, 14, 22], errors.Select(e => e.Column));
        Assert.All(errors, e => Assert.Equal(CelErrorCodes.UnknownFunction, e.Code));
    }

    private static void Same(string expected, string actual) =>
        Assert.Equal(System.Text.Json.Nodes.JsonNode.Parse(expected)!.ToJsonString(), actual.StartsWith('!') ? actual : System.Text.Json.Nodes.JsonNode.Parse(actual)!.ToJsonString());
}
