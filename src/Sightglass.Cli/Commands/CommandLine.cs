using System.CommandLine;
using System.CommandLine.Help;
using System.Text.Json;
using Sightglass.Cli.Client;
using Sightglass.Core.Ports;

namespace Sightglass.Cli.Commands;

/// <summary>Parses the command line, runs the verb and turns whatever goes wrong into a sentence and an exit code.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var result = Build(args).Parse(args);
        var output = StandardStreams.Open();
        try
        {
            if (result.Errors.Count > 0 && result.Action is not HelpWithExamples)
            {
                foreach (var error in result.Errors) output.Error.WriteLine(error.Message);
                output.Error.WriteLine($"See: {PathOf(result.CommandResult.Command)} --help");
                return ExitCodes.Invalid;
            }

            RequirePlace(result);

            // Without its own handling of signals and exceptions, both of which are ours.
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = output.Out,
                Error = output.Error,
            };
            return await result.InvokeAsync(configuration).ConfigureAwait(false);
        }
        catch (CommandRefusedException refused)
        {
            output.Out.Flush();
            output.Error.WriteLine(refused.Message);
            WriteDetail(output.Error, refused);
            return refused.ExitCode;
        }
        catch (StoreUnavailableException unavailable)
        {
            output.Out.Flush();
            output.Error.WriteLine(unavailable.Message);
            WriteDetail(output.Error, unavailable);
            return ExitCodes.Unavailable;
        }
        catch (Exception foreign) when (foreign is JsonException or KeyNotFoundException or InvalidOperationException or FormatException && Target.NamesServer(result))
        {
            output.Out.Flush();
            output.Error.WriteLine("The server answered something that this command does not understand; is it a sightglass server, and of the same version?");
            WriteDetail(output.Error, foreign);
            return ExitCodes.Unavailable;
        }
        catch (Exception defect)
        {
            output.Out.Flush();
            output.Error.WriteLine($"Something unexpected went wrong: {defect.Message} Please report it; SIGHTGLASS_DEBUG=1 shows where it happened.");
            WriteDetail(output.Error, defect);
            return ExitCodes.Defect;
        }
        finally
        {
            output.Out.Flush();
        }
    }

    /// <summary>Names a command as it is typed, such as <c>sightglass run</c>.</summary>
    public static string PathOf(Command command) => command is RootCommand ? "sightglass" : "sightglass " + command.Name;

    private static RootCommand Build(string[] args)
    {
        var root = ServeCommand.CreateRoot();
        foreach (var option in (Option[])[CommonOptions.Data, CommonOptions.Server, CommonOptions.Token, CommonOptions.TokenFile]) root.Options.Add(option);

        // Building only the verb at hand saves start-up; help and mistyped verbs need all of them.
        var verb = args.Length > 0 ? Verbs.All.FirstOrDefault(v => v.Name == args[0]) : null;
        if (verb is not null) root.Subcommands.Add(verb.Create());
        else foreach (var each in Verbs.All) root.Subcommands.Add(each.Create());

        foreach (var option in root.Options)
        {
            if (option is HelpOption help) help.Action = new HelpWithExamples((HelpAction)help.Action!);
        }

        return root;
    }

    // One that only the environment names is the default of those verbs that can use it.
    private static void RequirePlace(ParseResult result)
    {
        if (result.Action is HelpWithExamples || result.GetResult(CommonOptions.Server) is null || Verbs.Of(result.CommandResult) is { Place: VerbPlace.Anywhere }) return;
        var verb = Verbs.Of(result.CommandResult);
        throw new CommandRefusedException(ExitCodes.Invalid, verb switch
        {
            { Place: VerbPlace.Here } => $"'{verb.Name}' needs no server; leave --server out.",
            _ => $"'{verb?.Name ?? "serve"}' works on a data folder of its own machine; run it there, without --server.",
        });
    }

    private static void WriteDetail(TextWriter error, Exception exception)
    {
        if (Environment.GetEnvironmentVariable("SIGHTGLASS_DEBUG") == "1") error.WriteLine(exception);
    }
}
