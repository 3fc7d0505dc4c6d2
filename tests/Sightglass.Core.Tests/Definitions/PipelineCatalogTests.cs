using Sightglass.Core.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Definitions;

public sealed class PipelineCatalogTests : IAsyncLifetime
{
    private const string Hello = "stages: [{ id: a, shell: { run: 'true' } }]\n";

    private readonly string _outside = Directory.CreateTempSubdirectory("sightglass-outside-").FullName;
    private readonly string _folder = Directory.CreateTempSubdirectory("sightglass-catalog-").FullName;
    private readonly ManualTime _time = new();
    private readonly PipelineCatalog _catalog;

    public PipelineCatalogTests() => _catalog = new PipelineCatalog(_folder, null, _time);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        Directory.Delete(_outside, recursive: true);
    }

    [Fact]
    public async Task Files_of_all_folders_but_hidden_ones_are_listed_by_path()
    {
        Write("b.yaml", Hello);
        Write("a/c.yml", Hello);
        Write("a/d.json", """{"stages":[{"id":"a","shell":{"run":"true"}}]}""");
        Write(".hidden/e.yaml", Hello);
        Write("a/.f.yaml", Hello);
        Write("readme.md", "no pipeline");
        Write("package.json", """{"name":"no pipeline"}""");

        await _catalog.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["a/c.yml", "a/d.json", "b.yaml"], _catalog.Entries.Select(entry => entry.File));
        Assert.Equal(["c", "d", "b"], _catalog.Entries.Select(entry => entry.Id));
        Assert.All(_catalog.Entries, entry => Assert.True(entry.IsValid));
        Assert.All(_catalog.Entries, entry => Assert.Matches("^sha256:[0-9a-f]{64}$", entry.Hash));
        Assert.Equal("b.yaml", _catalog.Find("b")!.File);
        Assert.Null(_catalog.Find("e"));
    }

    [Fact]
    public async Task Broken_files_are_listed_with_their_problems_and_stop_nobody()
    {
        Write("a.yaml", "stages: [");
        Write("b.yaml", "stagse: []");
        File.WriteAllBytes(Path.Combine(_folder, "c.yaml"), [0xFF, 0xFE, 0x00]);
        Write("d.yaml", "");
        Write("e.yaml", new string('#', 2_000_000));
        Write("f.yaml", Hello);
        Write("g.json", "{");

        await _catalog.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            ["a bad_yaml", "b unknown_key", "c not_text", "d empty", "e too_large", "f ", "g bad_json"],
            _catalog.Entries.Select(entry => $"{entry.Id} {string.Concat(entry.Problems.Take(1).Select(problem => problem.Code))}"));
        Assert.All(_catalog.Entries, entry => Assert.Equal(entry.Id == "f", entry.IsValid));
        Assert.All(_catalog.Entries.SelectMany(entry => entry.Problems.Select(problem => (entry, problem))), pair => Assert.Equal(pair.entry.File, pair.problem.File));
    }

    [Fact]
    public async Task Changes_show_without_a_restart()
    {
        Write("a.yaml", Hello);
        await _catalog.StartAsync(TestContext.Current.CancellationToken);
        var first = _catalog.Entries;
        var hash = first[0].Hash;
        var changes = 0;
        _catalog.Changed += (_, _) => changes++;

        await _catalog.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Same(first, _catalog.Entries);
        Assert.Equal(0, changes);

        Write("a.yaml", Hello.Replace("true", "tru2", StringComparison.Ordinal));
        Write("b.yaml", Hello);
        await _catalog.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["a", "b"], _catalog.Entries.Select(entry => entry.Id));
        Assert.NotEqual(hash, _catalog.Entries[0].Hash);
        Assert.Single(first);

        File.Delete(Path.Combine(_folder, "a.yaml"));
        Write("b.yaml", "stages: [");
        await _catalog.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.False(Assert.Single(_catalog.Entries).IsValid);

        Write("b.yaml", Hello);
        await _catalog.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.True(Assert.Single(_catalog.Entries).IsValid);
        Assert.Equal(3, changes);
    }

    [Fact]
    public async Task Watcher_tells_of_a_change_after_the_delay()
    {
        await _catalog.StartAsync(TestContext.Current.CancellationToken);
        var changed = new TaskCompletionSource();
        _catalog.Changed += (_, _) => changed.TrySetResult();

        Write("a.yaml", Hello);

        // The system tells of it in its own time; then the delay runs on our clock, long before the next poll.
        await _time.WhenArmed(TimeSpan.FromMilliseconds(100)).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await changed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal("a", Assert.Single(_catalog.Entries).Id);
    }

    [Fact]
    public async Task Poll_finds_what_the_system_did_not_tell_of()
    {
        var folder = Path.Combine(_folder, "later");
        await using var catalog = new PipelineCatalog(folder, null, _time);
        await catalog.StartAsync(TestContext.Current.CancellationToken);
        Assert.Empty(catalog.Entries);
        var changed = new TaskCompletionSource();
        catalog.Changed += (_, _) => changed.TrySetResult();

        Write("later/a.yaml", Hello);
        _time.Advance(TimeSpan.FromSeconds(10));

        await changed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal("a", Assert.Single(catalog.Entries).Id);
    }

    [Fact]
    public async Task Second_file_of_an_id_is_a_problem()
    {
        Write("a.yaml", "id: same\n" + Hello);
        Write("b.yaml", "id: same\n" + Hello);

        await _catalog.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal([true, false], _catalog.Entries.Select(entry => entry.IsValid));
        var problem = Assert.Single(_catalog.Entries[1].Problems);
        Assert.Equal(ProblemCodes.DuplicateId, problem.Code);
        Assert.Contains("a.yaml", problem.Message, StringComparison.Ordinal);
        Assert.Equal("a.yaml", _catalog.Find("same")!.File);
    }

    [Fact]
    public async Task Pipelines_that_call_others_are_checked_again_when_those_come_and_go()
    {
        Write("a.yaml", "stages: [{ id: a, pipeline: { id: other } }]");
        await _catalog.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ProblemCodes.UnknownPipeline, Assert.Single(_catalog.Entries[0].Problems).Code);

        Write("other.yaml", Hello);
        await _catalog.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.True(_catalog.Find("a")!.IsValid);

        Write("other.yaml", "stages: [{ id: a, pipeline: { id: a } }]");
        await _catalog.RefreshAsync(TestContext.Current.CancellationToken);
        var problem = Assert.Single(_catalog.Find("a")!.Problems);
        Assert.Equal(ProblemCodes.PipelineTooDeep, problem.Code);
        Assert.EndsWith("a → other → a", problem.Message, StringComparison.Ordinal);

        Write("other.yaml", "stages: [{ id: a, when: inputs.more, pipeline: { id: a } }]");
        await _catalog.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.True(_catalog.Find("a")!.IsValid);
    }

    [Fact]
    public async Task Folder_is_read_up_to_its_limit()
    {
        await using var catalog = new PipelineCatalog(_folder, new PipelineCatalogOptions { MaxFiles = 2 }, _time);
        foreach (var name in (string[])["a", "b", "c", "d"]) Write(name + ".yaml", Hello);

        await catalog.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(3, catalog.Entries.Count);
        Assert.Equal(ProblemCodes.TooManyFiles, Assert.Single(catalog.Entries[2].Problems).Code);
    }

    [Fact]
    public async Task Links_are_followed_only_inside_the_folder()
    {
        File.WriteAllText(Path.Combine(_outside, "secret.yaml"), Hello);
        Write("..data/real.yaml", Hello);
        Link("inside.yaml", Path.Combine("..data", "real.yaml"));
        Link("outside.yaml", Path.Combine(_outside, "secret.yaml"));
        Link("gone.yaml", "nowhere.yaml");
        Link("circle.yaml", "circle.yaml");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "folder"), _outside);
        Directory.CreateSymbolicLink(Path.Combine(_folder, "loop"), _folder);
        Link("through.yaml", Path.Combine("folder", "secret.yaml"));

        await _catalog.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["inside.yaml"], _catalog.Entries.Select(entry => entry.File));
    }

    private void Link(string name, string target) => File.CreateSymbolicLink(Path.Combine(_folder, name), target);

    private void Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
