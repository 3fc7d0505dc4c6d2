using Sightglass.Core.Definitions;

namespace Sightglass.Server.Pipelines;

/// <summary>The pipelines that can be listed and run.</summary>
public interface IPipelineSource
{
    /// <summary>Gives all pipelines, broken ones too, by id.</summary>
    IReadOnlyList<PipelineFile> List();

    /// <summary>Finds one by its id.</summary>
    PipelineFile? Find(string id);
}

/// <summary>A pipeline file as it was read last.</summary>
/// <param name="Id">The pipeline's id.</param>
/// <param name="FileName">The file's name.</param>
/// <param name="Folder">The folder it stands in.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Read">What they turned out to be.</param>
public sealed record PipelineFile(string Id, string FileName, string Folder, ReadOnlyMemory<byte> Content, DefinitionReadResult Read);
