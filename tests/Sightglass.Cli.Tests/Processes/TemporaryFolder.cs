namespace Sightglass.Cli.Tests.Processes;

/// <summary>A folder to start the program in, with pipelines to run.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public const string Hello = """
        inputs: { who: { type: string, default: world } }
        stages:
          - id: hello
            type: shell
            shell: { env: { WHO: "${{ inputs.who }}" }, run: "echo Hello, $WHO" }
        """;

    public const string Failing = """
        stages:
          - id: broken
            type: shell
            shell: { run: "echo before >&2; exit 3" }
          - id: after
            needs: [broken]
            type: data
            data: { value: "1" }
        """;

    /// <summary>Runs until the file <c>go</c> appears.</summary>
    public const string Waiting = """
        stages:
          - id: wait
            type: shell
            shell: { run: "echo waiting; while [ ! -e go ]; do sleep 0.05; done; echo went on" }
        """;

    public const string Approval = """
        stages:
          - id: build
            type: data
            data: { value: "'built'" }
          - id: publish
            type: data
            triggers: { all: [{ completed: build }, { approval: { by: [operator] } }] }
            data: { value: "'published'" }
        """;

    public const string Listening = """
        stages:
          - id: listen
            type: data
            triggers: { all: [{ event: release.ready, where: event.branch == 'main' }] }
            data: { value: "'heard'" }
        """;

    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("sightglass-cli-").FullName;

    public string Path { get; }

    public string Data => System.IO.Path.Combine(Path, ".sightglass");

    public string Database => System.IO.Path.Combine(Data, "sightglass.db");

    public string Write(string name, string content)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
