namespace Hrm.Training;

/// <summary>How large a tensor's values are.</summary>
/// <param name="Name">What it is: a state after an update, an output, a parameter.</param>
/// <param name="Magnitude">The largest absolute value among the finite ones; 0 where none is.</param>
/// <param name="NonFinite">The number of values that are NaN or infinite.</param>
public readonly record struct LargestValue(string Name, double Magnitude, long NonFinite)
{
    /// <inheritdoc/>
    public override string ToString()
        => FormattableString.Invariant($"{Name}: {Magnitude:G4}") + (NonFinite == 0 ? string.Empty : $", {NonFinite} not finite");
}
