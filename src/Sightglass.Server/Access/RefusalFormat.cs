using Microsoft.AspNetCore.Http;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Access;

/// <summary>Lets a route say in its own words who may not use it: clients of other APIs read no problem details.</summary>
/// <param name="WriteAsync">Writes the refusal.</param>
internal sealed record RefusalFormat(Func<HttpContext, ApiProblem, Task> WriteAsync);
