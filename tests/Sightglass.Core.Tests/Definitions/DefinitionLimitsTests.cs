using System.Text;
using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions;

/// <summary>Files at a limit are taken, and refused one beyond.</summary>
public sealed class DefinitionLimitsTests
{
    [Theory]
    [InlineData(100, null)]
    [InlineData(101, "invalid_id")]
    public void Ids_have_a_longest(int length, string? code)
    {
        var id = new string('a', length);

        Assert.Equal(code, Code($"id: {id}\nstages: [{{ id: s, shell: {{ run: 'true' }} }}]"));
        Assert.Equal(code, Code($"id: p\nstages: [{{ id: {id}, shell: {{ run: 'true' }} }}]"));
    }

    [Theory]
    [InlineData(1_000, null)]
    [InlineData(1_001, "bad_key")]
    public void Keys_have_a_longest(int length, string? code) =>
        Assert.Equal(code, Code($"{{ \"id\": \"p\", \"x-{new string('a', length - 2)}\": 1, \"stages\": [{{ \"id\": \"s\", \"shell\": {{ \"run\": \"true\" }} }}] }}"));

    [Theory]
    [InlineData(100, null)]
    [InlineData(101, "out_of_range")]
    public void Schedules_have_a_most(int count, string? code)
    {
        var schedules = string.Join(", ", Enumerable.Range(0, count).Select(i => $"{{ id: s{i}, cron: '0 0 * * *' }}"));

        Assert.Equal(code, Code($"id: p\nschedules: [{schedules}]\nstages: [{{ id: s, shell: {{ run: 'true' }} }}]"));
    }

    [Theory]
    [InlineData(500, null)]
    [InlineData(501, "bad_cron")]
    public void Cron_expressions_have_a_longest(int length, string? code)
    {
        const string Rest = " * * * *";
        var minutes = "0" + string.Concat(Enumerable.Repeat(",0", (length - Rest.Length - 1) / 2));
        var cron = minutes + new string(' ', length - Rest.Length - minutes.Length) + Rest;

        Assert.Equal(code, Code($"id: p\nschedules: [{{ id: s, cron: '{cron}' }}]\nstages: [{{ id: s, shell: {{ run: 'true' }} }}]"));
    }

    [Fact]
    public void Files_have_a_largest_size()
    {
        const string File = "id: p\nstages: [{ id: s, shell: { run: 'true' } }]\n#";
        var atLimit = File + new string('x', DefinitionLimits.FileBytes - File.Length);

        Assert.Equal((null, "too_large"), (Code(atLimit), Code(atLimit + "x")));
    }

    [Theory]
    [InlineData(32, 1)]
    [InlineData(33, 0)]
    public void Folders_are_read_to_a_depth(int depth, int found)
    {
        var root = Directory.CreateTempSubdirectory("sg-depth-").FullName;
        try
        {
            var deepest = Directory.CreateDirectory(Path.Combine([root, .. Enumerable.Repeat("d", depth)])).FullName;
            File.WriteAllText(Path.Combine(deepest, "p.yaml"), "id: p");

            Assert.Equal(found, PipelineFolder.Files(root).Count);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static string? Code(string text) => DefinitionReader.Read(Encoding.UTF8.GetBytes(text), "test.yaml").Problems.Where(p => p.Severity == ProblemSeverity.Error).Select(p => p.Code).FirstOrDefault();
}
