using System.Text.Json.Serialization;

namespace Sightglass.Cli.Commands;

[JsonSerializable(typeof(string))]
internal sealed partial class CliJsonContext : JsonSerializerContext;
