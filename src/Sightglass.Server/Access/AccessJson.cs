using System.Text.Json.Serialization;
using Sightglass.Server.Access.Accounts;
using Sightglass.Server.Access.Auditing;
using Sightglass.Server.Access.Oidc;
using Sightglass.Server.Access.Sessions;
using Sightglass.Server.Access.Tokens;

namespace Sightglass.Server.Access;

/// <summary>How the records of access are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(Account))]
[JsonSerializable(typeof(Session))]
[JsonSerializable(typeof(ApiToken))]
[JsonSerializable(typeof(TokenPlace))]
[JsonSerializable(typeof(Organization))]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(OidcLogin))]
[JsonSerializable(typeof(long))]
internal sealed partial class AccessJson : JsonSerializerContext;
