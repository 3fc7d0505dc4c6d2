namespace Sightglass.Server.OpenApi;

/// <summary>What a route says of itself; written down once, where the route is mapped.</summary>
/// <param name="operation">Its name in clients, in camel case, unique.</param>
/// <param name="tag">The group it belongs to.</param>
/// <param name="summary">What it does, a few words.</param>
internal sealed class RouteDescription(string operation, string tag, string summary)
{
    private readonly List<ParameterDescription> _parameters = [];
    private readonly List<BodyDescription> _bodies = [];
    private readonly List<AnswerDescription> _answers = [];
    private readonly List<(int Status, string Code)> _failures = [];

    public string Operation { get; } = operation;

    public string Tag { get; } = tag;

    public string Summary { get; } = summary;

    /// <summary>Gets what there is to say beyond the summary.</summary>
    public string? Text { get; private set; }

    /// <summary>Gets the forms that its body may have; none where it takes none.</summary>
    public IReadOnlyList<BodyDescription> Bodies => _bodies;

    public IReadOnlyList<ParameterDescription> Parameters => _parameters;

    public IReadOnlyList<AnswerDescription> Answers => _answers;

    /// <summary>Gets how it refuses, by status and code; what every route may answer is not among them.</summary>
    public IReadOnlyList<(int Status, string Code)> Failures => _failures;

    /// <summary>Gets whether its handler checks the values of its query.</summary>
    public bool HasOwnCheck { get; private set; }

    /// <summary>Gets whether it may be given parameters that it does not know, which it passes over.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Gets whether it is a stream that ends when its reader goes or what it reads ends.</summary>
    public bool IsStream { get; private set; }

    /// <summary>Says more than the summary.</summary>
    public RouteDescription Says(string text)
    {
        Text = text;
        return this;
    }

    /// <summary>A part of the path.</summary>
    public RouteDescription Path(string name, string text, Constraint? constraint = null) => Add(new ParameterDescription("path", name, constraint ?? Constraint.Text(ServerLimits.MaxPathPart), text));

    /// <summary>A query parameter.</summary>
    public RouteDescription Query(string name, Constraint constraint, string text, string code = "invalid_query") =>
        Add(new ParameterDescription("query", name, constraint, text, code)).Fails(400, code);

    /// <summary>A header of the request.</summary>
    public RouteDescription Header(string name, Constraint constraint, string text) => Add(new ParameterDescription("header", name, constraint, text));

    /// <summary>A body of JSON.</summary>
    public RouteDescription Body(string schema, bool isRequired = true) => Body("application/json", schema, isRequired);

    /// <summary>A body of another media type; several may be given.</summary>
    public RouteDescription Body(string contentType, string? schema, bool isRequired = true)
    {
        _bodies.Add(new BodyDescription(contentType, schema, isRequired));
        return Fails(400, "invalid_json").Fails(413, "too_large").Fails(415, "unsupported_media_type");
    }

    /// <summary>A success as JSON.</summary>
    public RouteDescription Gives(string schema, string text, int status = 200) => Gives("application/json", schema, text, status);

    /// <summary>A success of another media type; several may be given for one status.</summary>
    public RouteDescription Gives(string? contentType, string? schema, string text, int status = 200)
    {
        _answers.Add(new AnswerDescription(status, contentType, schema, text));
        return this;
    }

    /// <summary>Refusals that are the route's own.</summary>
    public RouteDescription Fails(int status, params ReadOnlySpan<string> codes)
    {
        foreach (var code in codes)
        {
            if (!_failures.Contains((status, code))) _failures.Add((status, code));
        }

        return this;
    }

    /// <summary>The path names an execution.</summary>
    public RouteDescription OfExecution() =>
        Path("id", "Id of the execution, a UUID.", Constraint.Of("uuid")).Fails(404, "execution_not_found").Fails(410, "execution_deleted");

    /// <summary>The path names a pipeline.</summary>
    public RouteDescription OfPipeline() => Path("id", "Id of the pipeline.").Fails(404, "pipeline_not_found");

    /// <summary>It may be sent again under a key and then has no second effect.</summary>
    public RouteDescription Idempotent() =>
        Header("Idempotency-Key", Constraint.Text(Core.Scheduling.IdempotencyKey.MaxLength, 1), "Names the request: sent again under its key, with the same body and within 24 hours, it has no second effect and gets the first answer.")
            .Fails(400, "idempotency_key_invalid")
            .Fails(409, "idempotency_conflict");

    /// <summary>Its handler checks the values of its query itself, to tell all that is wrong with them and with each other at once.</summary>
    public RouteDescription ChecksQuery()
    {
        HasOwnCheck = true;
        return this;
    }

    /// <summary>It passes over parameters that it does not know: whoever asks has them from elsewhere.</summary>
    public RouteDescription TakesMore()
    {
        HasMore = true;
        return this;
    }

    /// <summary>It is a stream.</summary>
    public RouteDescription Streams()
    {
        IsStream = true;
        return this;
    }

    private RouteDescription Add(ParameterDescription parameter)
    {
        _parameters.Add(parameter);
        return this;
    }
}
