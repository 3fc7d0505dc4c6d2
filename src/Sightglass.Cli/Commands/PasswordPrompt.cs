using System.Text;

namespace Sightglass.Cli.Commands;

/// <summary>Asks for a password without showing it; where the input is no terminal, its first line is the password. Never an
/// argument: other users of the machine see those.</summary>
internal static class PasswordPrompt
{
    /// <exception cref="CommandRefusedException">There is none, or the second was another.</exception>
    public static string Read(string account)
    {
        if (Console.IsInputRedirected)
        {
            var line = Console.In.ReadLine();
            return string.IsNullOrEmpty(line) ? throw new CommandRefusedException(ExitCodes.Invalid, "Standard input has no password: write it as its first line, or run the command in a terminal.") : line;
        }

        var password = Ask($"Password for {account}: ");
        return Ask("Once more: ") == password ? password : throw new CommandRefusedException(ExitCodes.Invalid, "The two are not the same; nothing was changed.");
    }

    private static string Ask(string question)
    {
        // Not to standard output, which may go to a file.
        Console.Error.Write(question);
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace) text.Length = Math.Max(0, text.Length - 1);
            else if (!char.IsControl(key.KeyChar) && text.Length < CliLimits.MaxPasswordChars) text.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return text.ToString();
    }
}
