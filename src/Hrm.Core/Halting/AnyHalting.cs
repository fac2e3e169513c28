namespace Hrm.Core;

/// <summary>Stops a puzzle when at least one of several policies does; reports the reasons of all that do.</summary>
public sealed class AnyHalting : IHaltingPolicy
{
    private readonly IHaltingPolicy[] _policies;

    /// <summary>Creates the policy.</summary>
    /// <param name="policies">At least one; a combination may be among them.</param>
    /// <exception cref="ArgumentException">The list is empty or contains <see langword="null"/>.</exception>
    public AnyHalting(params IReadOnlyList<IHaltingPolicy> policies)
    {
        _policies = Copy(policies);
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

    /// <summary>Checks and copies a list of policies, so that later changes of the list have no effect.</summary>
    internal static IHaltingPolicy[] Copy(IReadOnlyList<IHaltingPolicy> policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        if (policies.Count == 0)
        {
            throw new ArgumentException("expected at least one policy, got none", nameof(policies));
        }

        if (policies.Contains(null!))
        {
            throw new ArgumentException("expected policies, got null among them", nameof(policies));
        }

        return [.. policies];
    }
}
