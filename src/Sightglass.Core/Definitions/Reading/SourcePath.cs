using System.Globalization;
using System.Text;

namespace Sightglass.Core.Definitions;

/// <summary>Where a reader stands, spelt only when a problem asks for it.</summary>
internal sealed class SourcePath
{
    private readonly List<(string? Key, int Index)> _parts = [];

    public void Enter(string key) => _parts.Add((key, 0));

    public void Enter(int index) => _parts.Add((null, index));

    public void Leave() => _parts.RemoveAt(_parts.Count - 1);

    public static string Join(string path, string key) => path.Length == 0 ? key : path + "." + key;

    public static string Join(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (key, index) in _parts)
        {
            if (key is null) text.Append('[').Append(index).Append(']');
            else text.Append(text.Length == 0 ? "" : ".").Append(key);
        }

        return text.ToString();
    }
}
