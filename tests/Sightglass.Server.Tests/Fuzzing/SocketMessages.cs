using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>Makes messages for <c>/ws</c>: subscriptions in both dialects, commands, and what is neither.</summary>
internal sealed class SocketMessages(FuzzWorld world)
{
    private static readonly string[] Commands = ["cancel", "pause", "resume", "retry", "approve", "reject", "step", "setBreakpoint", "clearBreakpoint"];

    /// <summary>Makes a message.</summary>
    /// <param name="random">What it is drawn from.</param>
    /// <param name="reference">The <c>ref</c> that its answer has to bring back.</param>
    /// <returns>The message, and whether it has that <c>ref</c> as it stands.</returns>
    public (byte[] Text, bool HasReference) Next(Random random, string reference)
    {
        if (random.Next(20) == 0) return (Broken(random), false);
        var hasReference = random.Next(10) > 0;
        var message = new JsonObject
        {
            ["type"] = random.Next(12) switch { 0 => OddTexts.Next(random), 1 => "ping", 2 or 3 => "unsubscribe", 4 or 5 or 6 => "command", _ => "subscribe" },
            ["executionId"] = random.Next(8) == 0 ? OddJson.Value(random) : world.Known.Some(random, "execution"),
            ["ref"] = hasReference ? reference : OddJson.Value(random),
        };
        if (random.Next(2) == 0) message["after"] = random.Next(5) switch { 0 => OddJson.Value(random), 1 => -1, 2 => long.MaxValue, _ => random.Next(60) };
        if (random.Next(2) == 0) message["command"] = random.Next(6) == 0 ? OddJson.Value(random) : Commands[random.Next(Commands.Length)];
        if (random.Next(3) == 0) message["stage"] = random.Next(4) == 0 ? OddJson.Value(random) : FuzzPipelines.Stages[random.Next(FuzzPipelines.Stages.Count)];
        if (random.Next(4) == 0) message["stages"] = random.Next(2) == 0 ? OddJson.Value(random) : new JsonArray("print", OddTexts.Next(random));
        if (random.Next(4) == 0) message["types"] = random.Next(2) == 0 ? OddJson.Value(random) : "stage.*,execution.*";
        if (random.Next(6) == 0) message["idempotencyKey"] = random.Next(2) == 0 ? OddJson.Value(random) : "key-" + random.Next(100);
        if (random.Next(6) == 0) message[Some(random, "comment", "reason", "when", "x")] = OddJson.Value(random);
        return (OddJson.Write(message), hasReference);
    }

    /// <summary>Gives a text that is no usable JSON. One that is no UTF-8 ends its socket; that is tried apart.</summary>
    public static byte[] Broken(Random random)
    {
        byte[] text;
        do text = OddJson.Broken(random);
        while (!Utf8.IsValid(text));
        return text;
    }

    private static string Some(Random random, params ReadOnlySpan<string> names) => names[random.Next(names.Length)];
}
