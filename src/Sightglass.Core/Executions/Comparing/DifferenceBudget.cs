namespace Sightglass.Core.Executions;

/// <summary>How many differences of a comparison may still be listed.</summary>
internal sealed class DifferenceBudget
{
    private int _left = ComparisonLimits.MaxAllDifferences;

    /// <summary>Gets whether there were more than may be listed.</summary>
    public bool IsSpent { get; private set; }

    /// <summary>Takes one, unless the value they belong to has as many as it may have, or none is left.</summary>
    public bool TryTake(int ofValue)
    {
        if (_left > 0 && ofValue < ComparisonLimits.MaxDifferences)
        {
            _left--;
            return true;
        }

        IsSpent = true;
        return false;
    }
}
