using Sightglass.Server.Streaming.Hubs;

namespace Sightglass.Server.Streaming.Overview;

/// <summary>One viewer's place at the overview.</summary>
internal sealed class OverviewViewer(OverviewHub hub) : ViewerSignal
{
    public override long Version => hub.Version;
}
