namespace Hrm.Core;

/// <summary>Stops a puzzle when at least one of several policies does; reports the reasons of all that do.</summary>
public sealed class AnyHalting : IHaltingPolicy
{
    private readonly IHaltingPolicy[] _policies;

    /// <summary>Creates the policy.</summary>
    /// <param name="policies">At least one.</param>
    /// <exception cref="ArgumentException">The list is empty or contains <see langword="null"/>.</exception>
    public AnyHalting(params IReadOnlyList<IHaltingPolicy> policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        if (policies.Count == 0 || policies.Contains(null!))
        {
            throw new ArgumentException("expected at least one policy, got none or null among them", nameof(policies));
        }

        _policies = [.. policies];
    }

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state)
    {
        var reasons = HaltReason.None;
        foreach (var policy in _policies)
        {
            reasons |= policy.Decide(state);
        }

        return reasons;
    }
}
