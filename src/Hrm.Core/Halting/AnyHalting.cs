namespace Hrm.Core;

/// <summary>Stops a puzzle as soon as one of several policies would; the reasons of all that would are given together.</summary>
public sealed class AnyHalting : IHaltingPolicy
{
    private readonly IHaltingPolicy[] _policies;

    /// <summary>Creates the policy.</summary>
    /// <param name="policies">At least one; a combination may be among them.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public AnyHalting(params IReadOnlyList<IHaltingPolicy> policies)
    {
        _policies = HaltingPolicies.Copy(policies);
        MaxSegments = _policies.Min(policy => policy.MaxSegments);
    }

    /// <summary>M, the smallest of the policies' maxima.</summary>
    public int MaxSegments { get; }

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
