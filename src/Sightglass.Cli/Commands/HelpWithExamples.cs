using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Sightglass.Cli.Commands;

/// <summary>The usual help, and below it what to type.</summary>
internal sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        inner.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        var examples = command is RootCommand ? ServeCommand.RootExamples : Verbs.All.FirstOrDefault(v => v.Name == command.Name)?.Examples;
        if (examples is not null)
        {
            output.WriteLine("Examples:");
            foreach (var line in examples.AsSpan().EnumerateLines()) output.WriteLine($"  {line}");
            output.WriteLine();
        }

        output.WriteLine(ExitCodes.Help);
        return ExitCodes.Success;
    }
}
