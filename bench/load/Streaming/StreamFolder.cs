using Sightglass.Load.Streaming.Servers;

namespace Sightglass.Load.Streaming;

/// <summary>A folder with the pipelines and the log of a server that is measured; it goes when it is disposed.</summary>
internal sealed class StreamFolder : IDisposable
{
    private readonly string _path = Directory.CreateDirectory(Path.Combine(Environment.CurrentDirectory, "artifacts", Path.GetRandomFileName())).FullName;

    public StreamFolder(params ReadOnlySpan<string> pipelines)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_path, "pipelines")).FullName;
        foreach (var yaml in pipelines)
        {
            var id = yaml.Split('\n')[0]["id: ".Length..].Trim();
            File.WriteAllText(Path.Combine(folder, id + ".yaml"), yaml.Replace("PROGRAM", ChildServer.Program, StringComparison.Ordinal));
        }
    }

    /// <summary>Starts the product's server on the folder.</summary>
    /// <param name="port">The port; 0 takes a free one.</param>
    public Task<ChildServer> ServeAsync(int port = 0) => ChildServer.StartAsync("stream-server", _path, port.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
