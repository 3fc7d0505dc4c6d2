using System.Collections.Frozen;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sightglass.Core.Stages.Code;

/// <summary>The C# functions that <c>code</c> stages name. Functions may be added while pipelines run.</summary>
public sealed class CodeRegistry
{
    internal delegate ValueTask<StageResult> Runner(CodeContext context);

    private readonly Lock _gate = new();

    // Replaced as a whole under _gate, read without it.
    private volatile FrozenDictionary<string, Runner> _runners = FrozenDictionary<string, Runner>.Empty;

    /// <summary>Gets the one result of all functions that return nothing.</summary>
    internal static StageResult Nothing { get; } = StageResult.Completed();

    internal static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gets the registered names.</summary>
    public IReadOnlyCollection<string> Names => _runners.Keys;

    /// <summary>Registers a function that returns a result.</summary>
    /// <param name="name">The name that pipeline files use.</param>
    /// <param name="function">The function; its result is written as JSON and becomes the stage's output.</param>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public CodeRegistry Register<T>(string name, Func<CodeContext, T> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Add(name, context => ValueTask.FromResult(Result(function(context))));
    }

    /// <inheritdoc cref="Register{T}(string, Func{CodeContext, T})"/>
    public CodeRegistry Register<T>(string name, Func<CodeContext, Task<T>> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Add(name, context =>
        {
            var task = function(context);
            return task.IsCompletedSuccessfully ? ValueTask.FromResult(Result(task.Result)) : Wait(task);
        });

        static async ValueTask<StageResult> Wait(Task<T> task) => Result(await task);
    }

    /// <summary>Registers a function without a result.</summary>
    /// <param name="name">The name that pipeline files use.</param>
    /// <param name="function">The function.</param>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public CodeRegistry Register(string name, Func<CodeContext, Task> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Add(name, context =>
        {
            var task = function(context);
            return task.IsCompletedSuccessfully ? ValueTask.FromResult(Nothing) : Wait(task);
        });

        static async ValueTask<StageResult> Wait(Task task)
        {
            await task;
            return Nothing;
        }
    }

    /// <inheritdoc cref="Register(string, Func{CodeContext, Task})"/>
    public CodeRegistry Register(string name, Action<CodeContext> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Add(name, context =>
        {
            function(context);
            return ValueTask.FromResult(Nothing);
        });
    }

    internal Runner? Find(string name) => _runners.GetValueOrDefault(name);

    private static StageResult Result<T>(T value) => value switch
    {
        null => Nothing,
        JsonElement element => StageResult.Completed(StageJson.Write(element)),
        _ => StageResult.Completed(JsonSerializer.SerializeToUtf8Bytes(value, Json)),
    };

    private CodeRegistry Add(string name, Runner runner)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        lock (_gate)
        {
            if (_runners.ContainsKey(name))
                throw new ArgumentException($"A function is registered under '{name}' already; choose another name.", nameof(name));
            _runners = _runners.Append(KeyValuePair.Create(name, runner)).ToFrozenDictionary(StringComparer.Ordinal);
        }

        return this;
    }
}
