namespace Sightglass.Core.Expressions;

/// <summary>What one evaluation owns: the values of macro variables and what is left of its budget.</summary>
internal sealed class EvalFrame(CelScope scope, int slots)
{
    private readonly long _maxWeight = Math.Min(scope.MaxCost, long.MaxValue / 16) * CelLimits.WeightPerCost;
    private long _left = scope.MaxCost;

    internal CelScope Scope { get; } = scope;

    /// <summary>Gets the units that are left.</summary>
    internal long Left => Math.Max(0, _left);

    internal CelValue[] Slots { get; } = slots == 0 ? [] : new CelValue[slots];

    /// <summary>Takes units from the budget; false, from then on, when it is spent.</summary>
    internal bool Charge(long units)
    {
        if (units < 0 || _left < units)
        {
            _left = -1;
            return false;
        }

        _left -= units;
        return true;
    }

    internal bool ChargeText(int length) => Charge(CelWeight.OfLength(length));

    /// <summary>Wraps a new list, which must not stand for more than the budget allows to write out.</summary>
    internal CelValue List(CelValue[] items) => Fit(CelValue.FromList(items));

    internal CelValue Map(CelMap map) => Fit(CelValue.FromMap(map));

    internal CelValue Fit(in CelValue value) =>
        value.Weight <= _maxWeight && value.Depth <= CelLimits.MaxValueDepth ? value : CelFault.Budget();
}
