using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Sightglass.Server.Executions.Transfer;
using Xunit;

namespace Sightglass.Server.Tests.Executions;

public sealed class TransferTests
{
    private const string Large = """
        id: large
        stages:
          - id: big
            type: shell
            shell: { run: 'head -c 200000 /dev/zero | tr "\0" x' }
        """;

    [Theory]
    [InlineData("ndjson")]
    [InlineData("json")]
    public async Task Export_holds_every_event_as_it_stands(string format)
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");
        var events = (await server.GetAsync($"/api/executions/{id}/events")).Json.GetProperty("events").EnumerateArray().Select(e => e.GetRawText());

        var export = await server.GetAsync($"/api/executions/{id}/export?format={format}");

        var exported = format == "json" ? export.Json.GetProperty("events").EnumerateArray().Select(e => e.GetRawText()) : export.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(events, exported);
        Assert.Equal($"printer-{id}.{format}", export.Response.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        Assert.Equal("attachment", export.Response.Content.Headers.ContentDisposition.DispositionType);
        Assert.Contains("sandbox", export.Response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        if (format == "json") Assert.Equal("completed", export.Json.GetProperty("execution").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Table_has_a_row_for_each_stage_and_no_formula()
    {
        await using var server = await ServerHarness.StartAsync("""
            id: sums
            stages:
              - id: one
                name: "=HYPERLINK(\"http://evil\",\"x\")"
                type: data
                data: { value: "1" }
              - id: two
                name: 'a, "b"'
                type: data
                data: { value: "1" }
            """);
        var id = await server.RunToEndAsync("sums");

        var rows = (await server.GetAsync($"/api/executions/{id}/export?format=csv")).Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(3, rows.Length);
        Assert.StartsWith("key,id,name,type,status", rows[0], StringComparison.Ordinal);
        Assert.StartsWith("one,one,\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\",data,completed,1,", rows[1], StringComparison.Ordinal);
        Assert.StartsWith("two,two,\"a, \"\"b\"\"\",data", rows[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dump_is_read_by_another_server_and_never_runs_there()
    {
        await using var here = await ServerHarness.StartAsync(Large, Some.Fails);
        await using var there = await ServerHarness.StartAsync();
        var large = await here.RunToEndAsync("large");
        var failed = await here.RunToEndAsync("fails", """{"webhookUrl":"http://127.0.0.1:9/","labels":{"team":"docs"}}""");

        foreach (var id in (Guid[])[large, failed])
        {
            var imported = await ImportAsync(there, await DumpAsync(here, id));
            Assert.Equal((HttpStatusCode.Created, $"/api/executions/{id}"), (imported.Status, imported.Response.Headers.Location!.ToString()));
            Assert.Equal(await OutputAsync(here, id), await OutputAsync(there, id));
            (await ImportAsync(there, await DumpAsync(here, id))).AssertProblem(HttpStatusCode.Conflict, "execution_exists");
        }

        var state = (await there.GetAsync($"/api/executions/{failed}")).Json;
        Assert.Equal(("failed", "docs", "local"), (state.GetProperty("status").GetString(), state.GetProperty("labels").GetProperty("team").GetString(), state.GetProperty("labels").GetProperty("imported-by").GetString()));
        Assert.DoesNotContain("webhookUrl", (await there.GetAsync($"/api/executions/{failed}/export?format=ndjson")).Text, StringComparison.Ordinal);
        (await there.PostAsync($"/api/executions/{failed}/retry", "{}")).AssertProblem(HttpStatusCode.Conflict, "execution_external");
        (await there.PostAsync($"/api/executions/{failed}/cancel", "{}")).AssertProblem(HttpStatusCode.Conflict, "execution_external");
        var reference = (await there.GetAsync($"/api/executions/{large}")).Json.GetProperty("definitionHash").GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/api/values/" + reference)).Status);
    }

    [Fact]
    public async Task Execution_that_has_not_ended_is_not_taken_in()
    {
        await using var server = await ServerHarness.StartAsync(Some.Approval);
        await using var other = await ServerHarness.StartAsync();
        var id = await server.RunAsync("approval");

        var refused = await ImportAsync(other, await DumpAsync(server, id));

        refused.AssertProblem(HttpStatusCode.BadRequest, "invalid_dump");
        Assert.Contains("has not ended", refused.Text, StringComparison.Ordinal);
    }

    public static TheoryData<string, Action<ZipArchive>> Tricks => new()
    {
        { "path", zip => Write(zip, "../evil", "x") },
        { "absolute", zip => Write(zip, "/etc/passwd", "x") },
        { "backslash", zip => Write(zip, @"values\sha256-x", "x") },
        { "value twice", zip => { Write(zip, Dump.Values + "sha256-" + new string('0', 64), "x"); Write(zip, Dump.Values + "sha256-" + new string('0', 64), "x"); } },
        { "value that is not its name", zip => Write(zip, Dump.Values + "sha256-" + new string('0', 64), "x") },
        { "manifest twice", zip => Write(zip, Dump.Manifest, "{}") },
        { "stranger", zip => Write(zip, "readme.txt", "x") },
    };

    [Theory]
    [MemberData(nameof(Tricks))]
    public async Task Dump_with_tricks_is_refused(string name, Action<ZipArchive> trick)
    {
        await using var here = await ServerHarness.StartAsync(Some.Printer);
        await using var there = await ServerHarness.StartAsync();
        var dump = await DumpAsync(here, await here.RunToEndAsync("printer"));

        var refused = await ImportAsync(there, Changed(dump, trick));

        refused.AssertProblem(HttpStatusCode.BadRequest, "invalid_dump");
        Assert.NotEmpty(name);
        Assert.Empty((await there.Engine.Store.ListAsync(new Core.Ports.ExecutionQuery())).Items);
    }

    [Fact]
    public async Task Bomb_is_refused_before_it_has_unpacked()
    {
        await using var server = await ServerHarness.StartAsync();
        using var bomb = new MemoryStream();
        await using (var zip = new ZipArchive(bomb, ZipArchiveMode.Create, leaveOpen: true))
        {
            Write(zip, Dump.Manifest, "{}");
            await using var events = await zip.CreateEntry(Dump.Events, CompressionLevel.SmallestSize).OpenAsync(TestContext.Current.CancellationToken);
            var zeros = new byte[1024 * 1024];
            for (var i = 0; i < 1024; i++) await events.WriteAsync(zeros, TestContext.Current.CancellationToken);
        }

        Assert.InRange(bomb.Length, 1, 4 * 1024 * 1024);
        var before = GC.GetTotalAllocatedBytes();
        (await ImportAsync(server, bomb.ToArray())).AssertProblem(HttpStatusCode.RequestEntityTooLarge, "import_too_large");
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 700L * 1024 * 1024);
    }

    [Fact]
    public async Task Every_change_to_a_log_is_noticed_or_harmless()
    {
        await using var here = await ServerHarness.StartAsync(Some.Printer);
        await using var there = await ServerHarness.StartAsync();
        var id = await here.RunToEndAsync("printer");
        var lines = (await here.GetAsync($"/api/executions/{id}/export?format=ndjson")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        foreach (var (what, changed) in (IEnumerable<(string, IEnumerable<string>)>)[
            ("a gap", lines.Where((_, i) => i != 1)),
            ("no beginning", lines.Skip(1)),
            ("no end", lines.SkipLast(1)),
            ("twice", lines.Concat(lines.TakeLast(1))),
            ("order", lines.Take(1).Concat(lines.Skip(2)).Concat(lines.Skip(1).Take(1))),
            ("no JSON", lines.Append("{")),
            ("another's", lines.Select((l, i) => i == 2 ? l.Replace(id.ToString(), "01a1fa01-2b93-7a39-8c0d-df3f90ff9c1d", StringComparison.Ordinal) : l)),
            ("a text that is null", lines.Select(l => l.Replace("\"text\":\"line 1", "\"text\":null,\"x\":\"", StringComparison.Ordinal))),
            ("no plan", lines.Select(l => l.Replace("\"plan\":", "\"plain\":", StringComparison.Ordinal))),
            ("no stream", lines.Select(l => l.Replace(",\"stream\":\"output\"", "", StringComparison.Ordinal))),
            ("no stage", lines.Select(l => l.Contains("stage.output", StringComparison.Ordinal) ? l.Replace("\"stage\":\"print\",", "", StringComparison.Ordinal) : l)),
            ("no attempt", lines.Select(l => l.Contains("stage.output", StringComparison.Ordinal) ? l.Replace("\"attempt\":1,", "", StringComparison.Ordinal) : l)),
            ("no data", lines.Select(l => l.Contains("stage.output", StringComparison.Ordinal) ? l[..l.IndexOf("\"data\"", StringComparison.Ordinal)] + "\"data\":null}" : l)),
            ("a number too large", lines.Select(l => l.Replace("\"duration\":", "\"duration\":1e400,\"x\":", StringComparison.Ordinal))),
            ("a line end between its parts", lines.Select(l => l.Replace("\"type\":\"stage.output\"", "\r\"type\":\"stage.output\"", StringComparison.Ordinal))),
            ("long", lines.Append($$$"""{"seq":99,"time":"2099-01-01T00:00:00.000000Z","executionId":"{{{id}}}","type":"x","data":{"a":"{{{new string('x', 70_000)}}}"}}""")),
            ("empty", []),
        ])
        {
            var dump = Changed(await DumpAsync(here, id), zip =>
            {
                zip.GetEntry(Dump.Events)!.Delete();
                Write(zip, Dump.Events, string.Concat(changed.Select(l => l + "\n")));
            });
            var refused = await ImportAsync(there, dump);
            Assert.True(refused.Status == HttpStatusCode.BadRequest, $"{what}: {refused.Text}");
        }

        Assert.Empty((await there.Engine.Store.ListAsync(new Core.Ports.ExecutionQuery())).Items);
    }

    [Fact]
    public async Task Flag_that_a_log_leaves_out_is_there_once_it_was_taken_in()
    {
        await using var here = await ServerHarness.StartAsync(Some.Printer);
        await using var there = await ServerHarness.StartAsync();
        var id = await here.RunToEndAsync("printer");
        var dump = await DumpWithAsync(here, id, ",\"willRepeat\":false", "");

        var imported = await ImportAsync(there, dump);
        Assert.True(imported.Status == HttpStatusCode.Created, imported.Text);
        Assert.Equal(await OutputAsync(here, id), await OutputAsync(there, id));
        var events = (await there.GetAsync($"/api/executions/{id}/events?types=stage.completed")).Json.GetProperty("events");
        Assert.All(events.EnumerateArray(), e => Assert.False(e.GetProperty("data").GetProperty("willRepeat").GetBoolean()));
        Assert.NotEqual(0, events.GetArrayLength());
    }

    [Fact]
    public async Task Log_of_a_newer_version_can_be_read_when_it_says_more_of_its_workers()
    {
        await using var here = await ServerHarness.StartAsync(Some.Printer);
        await using var there = await ServerHarness.StartAsync();
        var id = await here.RunToEndAsync("printer");
        var dump = await DumpWithAsync(here, id, "\"worker\":{", "\"worker\":{\"place\":{\"rack\":7},");

        Assert.Equal(HttpStatusCode.Created, (await ImportAsync(there, dump)).Status);
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync($"/api/executions/{id}")).Status);
    }

    [Fact]
    public async Task Byte_that_changed_on_the_way_is_noticed()
    {
        await using var here = await ServerHarness.StartAsync(Some.Printer);
        await using var there = await ServerHarness.StartAsync();
        var dump = await DumpAsync(here, await here.RunToEndAsync("printer"));
        using var stored = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(dump)))
        using (var to = new ZipArchive(stored, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in from.Entries)
            {
                using var reading = entry.Open();
                using var writing = to.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                reading.CopyTo(writing);
            }
        }

        var bytes = stored.ToArray();
        var changed = bytes.ToArray();
        changed[changed.AsSpan().IndexOf("line 7"u8)] = (byte)'L';

        var refused = await ImportAsync(there, changed);
        refused.AssertProblem(HttpStatusCode.BadRequest, "invalid_dump");
        Assert.Contains("damaged", refused.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, (await ImportAsync(there, bytes)).Status);
    }

    [Fact]
    public async Task File_that_is_no_zip_is_refused()
    {
        await using var server = await ServerHarness.StartAsync();

        (await ImportAsync(server, "not a zip"u8.ToArray())).AssertProblem(HttpStatusCode.BadRequest, "invalid_dump");
        (await ImportAsync(server, [])).AssertProblem(HttpStatusCode.BadRequest, "invalid_dump");
        (await server.PostAsync("/api/executions/import", "{}")).AssertProblem(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    /// <summary>Gives a dump whose log says one thing in place of another.</summary>
    private static async Task<byte[]> DumpWithAsync(ServerHarness server, Guid id, string text, string becomes)
    {
        var log = (await server.GetAsync($"/api/executions/{id}/export?format=ndjson")).Text;
        return Changed(await DumpAsync(server, id), zip =>
        {
            zip.GetEntry(Dump.Events)!.Delete();
            Write(zip, Dump.Events, log.Replace(text, becomes, StringComparison.Ordinal));
        });
    }

    private static async Task<byte[]> DumpAsync(ServerHarness server, Guid id) => await server.Http.GetByteArrayAsync($"/api/executions/{id}/export?format=dump");

    private static async Task<string> OutputAsync(ServerHarness server, Guid id) =>
        (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("stages").GetRawText();

    private static async Task<Answer> ImportAsync(ServerHarness server, byte[] dump)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/executions/import") { Content = new ByteArrayContent(dump) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        return await server.SendAsync(request);
    }

    private static byte[] Changed(byte[] dump, Action<ZipArchive> change)
    {
        using var stream = new MemoryStream();
        stream.Write(dump);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true)) change(zip);
        return stream.ToArray();
    }

    private static void Write(ZipArchive zip, string name, string content)
    {
        using var entry = zip.CreateEntry(name).Open();
        entry.Write(Encoding.UTF8.GetBytes(content));
    }
}
