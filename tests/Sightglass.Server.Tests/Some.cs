namespace Sightglass.Server.Tests;

/// <summary>Pipelines that the tests run.</summary>
internal static class Some
{
    public const string Hello = """
        id: hello
        name: Say hello
        description: One stage
        inputs:
          name: { type: string, required: true }
        stages:
          - id: greet
            type: shell
            shell: { run: 'echo "hello $NAME"', env: { NAME: "${{ inputs.name }}" } }
        """;

    /// <summary>Prints more than a viewer that does not read can be sent.</summary>
    public const string Flood = """
        id: flood
        stages:
          - id: print
            type: shell
            shell: { run: "yes 0123456789012345678901234567890123456789012345678901234567890123456789 | head -c 24000000" }
        """;

    public const string Printer = """
        id: printer
        stages:
          - id: print
            type: shell
            shell: { run: "for i in $(seq 1 40); do echo line $i; done" }
          - id: after
            type: data
            needs: [print]
            data: { value: "true" }
        """;

    public const string Approval = """
        id: approval
        stages:
          - id: ask
            type: data
            triggers: { all: [ { approval: { by: [operator] } } ] }
            data: { value: "true" }
        """;

    /// <summary>Runs until the event <c>go</c> comes.</summary>
    public const string Waits = """
        id: waits
        stages:
          - id: first
            type: data
            data: { value: "1" }
          - id: held
            type: data
            needs: [first]
            triggers: { all: [ { event: go } ] }
            data: { value: "2" }
        """;

    public const string Fails = """
        id: fails
        stages:
          - id: bad
            type: shell
            shell: { run: "exit 3" }
        """;
}
