namespace Sightglass.Cli.Commands;

/// <summary>The exit codes, which scripts rely on: a code never changes its meaning.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The execution failed.</summary>
    public const int Failed = 1;

    /// <summary>Bad usage, or an invalid definition, input or expression.</summary>
    public const int Invalid = 2;

    /// <summary>The data folder, its database, its owner, a port or a server cannot be had.</summary>
    public const int Unavailable = 3;

    /// <summary>The execution was cancelled.</summary>
    public const int Cancelled = 4;

    /// <summary>There is no such execution, pipeline or stage.</summary>
    public const int NotFound = 5;

    /// <summary>The state of the execution forbids the command.</summary>
    public const int Refused = 6;

    /// <summary>The server does not let the caller do it: the token is missing or wrong, or its role is too little.</summary>
    public const int NotAllowed = 7;

    /// <summary>A defect of this program; also where it has parked the execution that is watched.</summary>
    public const int Defect = 70;

    /// <summary>Ended by the second Ctrl-C, or by the first where the command only watches.</summary>
    public const int Interrupted = 130;

    public const string Help = """
        Exit codes:
          0  success                       4  the execution was cancelled
          1  the execution failed          5  no such execution, pipeline or stage
          2  bad usage, invalid pipeline,  6  the execution's state forbids the command
             input or expression           7  the server asks for a login, or a larger role
          3  data folder, database, port  70  a defect of this program
             or server cannot be had     130  ended by a second Ctrl-C, or looked away
        """;
}
