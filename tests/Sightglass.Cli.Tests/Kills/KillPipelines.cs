namespace Sightglass.Cli.Tests.Kills;

/// <summary>What runs while the server is killed. Every process stage first writes down which attempt it is, so that an
/// attempt that ran twice is seen also where the log does not tell.</summary>
internal static class KillPipelines
{
    private const string Mark = "echo $SIGHTGLASS_EXECUTION_ID/$SIGHTGLASS_STAGE/$SIGHTGLASS_ATTEMPT >> ../attempts;";

    /// <summary>Gets the ids whose stages run as processes for longer than a moment.</summary>
    public static IReadOnlyList<string> Busy { get; } = ["printing", "tree", "long", "fan", "failing"];

    public static IReadOnlyDictionary<string, string> Files { get; } = new Dictionary<string, string>
    {
        ["printing"] = $$"""
            defaults: { retry: { maxAttempts: 4, delay: 20ms } }
            stages:
              - id: print
                type: shell
                shell: { run: "{{Mark}} i=0; while [ $i -lt 300 ]; do echo line $i of what a build prints; echo oops $i >&2; i=$((i+1)); [ $((i%20)) = 0 ] && sleep 0.05; done" }
              - id: count
                type: shell
                needs: [print]
                shell: { run: "{{Mark}} head -c 200000 /dev/zero | tr '\\0' x; echo" }
              - { id: sum, type: data, needs: [count], data: { value: "stages.count.output.exitCode + 1" } }
            """,
        ["tree"] = $$"""
            defaults: { retry: { maxAttempts: 4, delay: 20ms } }
            stages:
              - id: grow
                type: shell
                shell: { run: "{{Mark}} sh -c 'sleep 60 & sleep 60 & wait' & (setsid sh -c 'sleep 60' &) ; (setsid nohup sleep 60 >/dev/null 2>&1 &); env -i /bin/sh -c '/bin/sleep 60' & echo grown; sleep 0.6; echo done" }
              - { id: after, type: data, needs: [grow], data: { value: "stages.grow.output.exitCode" } }
            """,
        // Longer than the time between kills, mostly.
        ["long"] = $$"""
            stages:
              - id: hold
                type: shell
                shell: { run: "{{Mark}} trap '' TERM; echo holding; sleep 4; echo held" }
              - { id: after, type: data, needs: [hold], data: { value: "1" } }
            """,
        ["fan"] = $$$"""
            defaults: { retry: { maxAttempts: 4, delay: 20ms } }
            stages:
              - { id: items, type: data, data: { value: "[1, 2, 3, 4, 5, 6]" } }
              - id: each
                type: shell
                forEach: ${{ stages.items.output }}
                maxParallel: 3
                shell: { env: { N: "${{ item }}" }, run: "{{{Mark}}} echo item $N; sleep 0.15" }
              - { id: join, type: data, needs: [each], data: { value: "stages.each.output.size()" } }
            """,
        ["failing"] = $$"""
            defaults: { retry: { maxAttempts: 5, delay: 50ms } }
            stages:
              - id: flaky
                type: shell
                shell: { run: "{{Mark}} echo trying; sleep 0.2; [ -e ../flaky-$SIGHTGLASS_EXECUTION_ID ] || { touch ../flaky-$SIGHTGLASS_EXECUTION_ID; exit 1; }" }
              - { id: after, type: data, needs: [flaky], data: { value: "1" } }
            """,
        ["timer"] = """
            stages:
              - { id: first, type: data, data: { value: "1" } }
              - { id: pause, type: wait, needs: [first], wait: { for: 3s } }
              - { id: after, type: data, needs: [pause], data: { value: "2" } }
            """,
        ["approval"] = """
            stages:
              - { id: build, type: data, data: { value: "'built'" } }
              - id: publish
                type: data
                triggers: { all: [{ completed: build }, { approval: { by: [operator], timeout: 5s, onTimeout: reject } }] }
                data: { value: "'published'" }
            """,
    };
}
