using System.CommandLine;
using System.Text;
using Sightglass.Core.Expressions;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass eval</c>: expressions, tried without a pipeline.</summary>
internal static class EvalCommand
{
    public const string Examples = """
        sightglass eval "1 + 2"
        sightglass eval "inputs.n > 3 ? 'big' : 'small'" --vars '{"inputs": {"n": 5}}'
        sightglass eval --batch < expressions.ndjson     each line {"expr":"…","vars":{…}}
        """;

    public static Command Create()
    {
        var expression = new Argument<string?>("EXPR") { Description = "The expression.", Arity = ArgumentArity.ZeroOrOne };
        var vars = new Option<string?>("--vars") { Description = "A JSON object of variables, or @FILE.", HelpName = "JSON" };
        var typed = new Option<bool>("--typed") { Description = "Values and variables carry their type, as in {\"int\":\"1\"}." };
        var batch = new Option<bool>("--batch") { Description = "Read one request a line from standard input and answer each on a line." };
        var command = new Command("eval", "Evaluate an expression, or a line of JSON each from standard input.") { expression, vars, typed, batch };
        command.SetAction(parsed => parsed.GetValue(batch)
            ? RunBatch(parsed.GetValue(expression), parsed.GetValue(typed))
            : RunOne(parsed.GetValue(expression), parsed.GetValue(vars), parsed.GetValue(typed)));
        return command;
    }

    private static int RunBatch(string? expression, bool typed)
    {
        if (expression is not null)
            throw new CommandRefusedException(ExitCodes.Invalid, "--batch reads expressions from standard input; leave the expression away.");

        // Half a line of invalid UTF-8 must not end the batch: the decoder replaces it.
        using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false), false, 64 * 1024);
        EvalBatch.Run(input, StandardStreams.Open().Out, typed);
        return ExitCodes.Success;
    }

    private static int RunOne(string? expression, string? vars, bool typed)
    {
        if (expression is null)
            throw new CommandRefusedException(ExitCodes.Invalid, "Give an expression, as in: sightglass eval \"1 + 2\"; or --batch to read them from standard input.");
        var answer = EvalBatch.EvaluateOne(expression, InputText.Read(vars, "--vars") ?? "", typed, out var isError);
        StandardStreams.Open().Out.WriteLine(answer);
        return isError ? ExitCodes.Invalid : ExitCodes.Success;
    }
}
