using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Sightglass.Core.Definitions;
using Sightglass.Core.Ports;

namespace Sightglass.Server.Errors;

/// <summary>A refusal as clients get it: <c>application/problem+json</c> with a stable code.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">Stable code, listed in <c>docs/reference/errors.md</c>.</param>
/// <param name="Detail">One sentence for people, which says what to change.</param>
/// <param name="Problems">All that is wrong, where there may be several.</param>
internal sealed record ApiProblem(int Status, string Code, string Detail, IReadOnlyList<Problem>? Problems = null)
{
    /// <summary>Gets after how many seconds to try again, of a 429 or 503.</summary>
    public int RetryAfter { get; init; } = 1;

    public static ApiProblem ExecutionNotFound { get; } = new(404, "execution_not_found", "There is no such execution.");

    public static ApiProblem PipelineNotFound(string id) => new ApiProblem(404, "pipeline_not_found", $"There is no pipeline '{id}'.");

    public static ApiProblem Deleted(Tombstone tombstone) => new(
        410,
        "execution_deleted",
        string.Create(CultureInfo.InvariantCulture, $"The execution was deleted by {tombstone.By} at {tombstone.ErasedAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}{(tombstone.Reason is { } reason ? ": " + reason : ".")}"));

    public static ApiProblem BadRequest(string code, string detail) => new(400, code, detail);

    public Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        context.Features.Set(this);
        if (Status is 429 or 503) response.Headers.RetryAfter = RetryAfter.ToString(CultureInfo.InvariantCulture);
        if (Status is 401) response.Headers.WWWAuthenticate = "Bearer";
        return JsonAnswer.WriteAsync(context, "application/problem+json", this, static (writer, problem) =>
        {
            writer.WriteStartObject();
            writer.WriteString("code"u8, problem.Code);
            writer.WriteString("title"u8, ReasonPhrases.GetReasonPhrase(problem.Status));
            writer.WriteString("detail"u8, problem.Detail);
            writer.WriteNumber("status"u8, problem.Status);

            // Clients of the reference APIs read the message here.
            writer.WriteString("error"u8, problem.Detail);
            if (problem.Problems is { } problems) JsonAnswer.WriteProblems(writer, problems);
            writer.WriteEndObject();
        });
    }
}
