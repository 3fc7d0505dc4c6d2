using System.Text;
using Sightglass.Core.Definitions;

namespace Sightglass.Core.Tests.Definitions;

/// <summary>Reads definitions as the tests write them.</summary>
internal static class Read
{
    public static DefinitionReadResult Yaml(string text, DefinitionReadOptions? options = null) =>
        DefinitionReader.Read(Encoding.UTF8.GetBytes(text), "test.yaml", options);

    public static DefinitionReadResult Json(string text, DefinitionReadOptions? options = null) =>
        DefinitionReader.Read(Encoding.UTF8.GetBytes(text), "test.json", options);

    public static byte[] Sample(string name) =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Definitions", "Samples", name));
}
