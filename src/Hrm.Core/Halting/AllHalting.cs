namespace Hrm.Core;

/// <summary>Stops a puzzle when all of several policies would; their reasons are given together.</summary>
/// <remarks>A policy that has reached its maximum is for stopping from then on, so the largest maximum ends every puzzle.</remarks>
public sealed class AllHalting : IBoundedHalting
{
    private readonly IHaltingPolicy[] _policies;

    /// <summary>Creates the policy.</summary>
    /// <param name="policies">At least one; a combination may be among them.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public AllHalting(params IReadOnlyList<IHaltingPolicy> policies)
    {
        _policies = HaltingPolicies.Copy(policies);
        MaxSegments = _policies.Max(policy => policy.MaxSegments);
    }

    /// <summary>M, the largest of the policies' maxima.</summary>
    public int MaxSegments { get; }

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state)
    {
        var reasons = HaltReason.None;
        foreach (var policy in _policies)
        {
            var reason = policy.Decide(state);
            if (reason == HaltReason.None)
            {
                return HaltReason.None;
            }

            reasons |= reason;
        }

        return reasons;
    }

    /// <summary>A lower maximum is a cap: a policy whose own maximum is smaller keeps it, otherwise the puzzles would run longer.</summary>
    IHaltingPolicy IBoundedHalting.WithMaximum(int maxSegments) => new AllHalting(
        [.. _policies.Select(policy => HaltingPolicies.WithMaximum(policy, maxSegments > MaxSegments ? maxSegments : Math.Min(maxSegments, policy.MaxSegments)))]);
}
