namespace Hrm.TestKit.Golden;

/// <summary>How far something is from what was recorded.</summary>
/// <param name="What">Its name among the recorded numbers.</param>
/// <param name="Deviation">How far it is.</param>
/// <param name="Allowed">How far it may be, by tests/golden/README.md.</param>
public readonly record struct GoldenFinding(string What, double Deviation, double Allowed)
{
    /// <summary>Whether it is near enough; a deviation that is no number is not.</summary>
    public bool IsMet => Deviation <= Allowed;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{What}: {Deviation:E1}, allowed {Allowed:E1}");
}
