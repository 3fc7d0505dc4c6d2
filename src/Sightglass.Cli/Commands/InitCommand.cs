using System.CommandLine;
using Sightglass.Cli.Hosting;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass init</c>: a first pipeline to change.</summary>
internal static class InitCommand
{
    public const string Examples = """
        sightglass init                                   writes ./pipelines/hello.yaml
        sightglass init ~/work/reports && cd ~/work/reports && sightglass run hello
        """;

    private const string Template = """
        # A pipeline: stages, and what they wait for. Run it with:  sightglass run hello --input "Ada"
        # Watch it in a browser with:  sightglass serve
        id: hello
        name: Hello
        description: Greets somebody, word by word.

        inputs:
          name: { type: string, default: world, description: Whom to greet }

        stages:
          # A shell stage. Values come in by the environment and never inside the script.
          - id: greet
            name: Greet
            type: shell
            shell:
              env: { NAME: "${{ inputs.name }}" }
              run: |
                for word in Hello, "$NAME!"; do
                  echo "$word"
                  sleep 0.2
                done

          # One instance for each item; they run side by side.
          - id: shout
            name: Shout
            needs: [greet]
            forEach: ["once", "twice"]
            type: data
            data: { value: "inputs.name.upperAscii() + '!'" }

          # Naming stages.X makes a stage wait for X. What no other stage needs is the pipeline's result.
          - id: summary
            name: Sum up
            type: data
            data: { value: "{'greeting': stages.greet.output.stdout, 'shouts': stages.shout.output.map(s, s.output)}" }

        """;

    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "The folder to begin in (default: the current one).", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "." };
        var command = new Command("init", "Write a small commented pipeline to start from. Nothing is overwritten.") { folder };
        command.SetAction(parsed => Run(parsed.GetValue(folder) ?? "."));
        return command;
    }

    private static int Run(string folder)
    {
        var path = Path.Combine(folder, "pipelines", "hello.yaml");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);

            // CreateNew refuses a file that is there, also one that appears at this very moment.
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            using var writer = new StreamWriter(file);
            writer.Write(Template);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new CommandRefusedException(ExitCodes.Invalid, $"'{path}' is there already and stays as it is; name another folder.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException(ExitCodes.Unavailable, $"'{path}' cannot be written: {error.Message}", error);
        }

        var output = StandardStreams.Open().Out;
        output.WriteLine($"Wrote {PipelineFiles.Shown(Path.GetFullPath(path))}");
        output.WriteLine($"Run it:   sightglass run {PipelineFiles.Shown(Path.GetFullPath(path))}");
        output.WriteLine($"Serve it: sightglass serve --pipelines {PipelineFiles.Shown(Path.GetDirectoryName(Path.GetFullPath(path))!)}");
        return ExitCodes.Success;
    }
}
