namespace Hrm.Core;

/// <summary>Stops a puzzle when all of several policies do; reports all their reasons.</summary>
public sealed class AllHalting : IHaltingPolicy
{
    private readonly IHaltingPolicy[] _policies;

    /// <inheritdoc cref="AnyHalting(IReadOnlyList{IHaltingPolicy})"/>
    public AllHalting(params IReadOnlyList<IHaltingPolicy> policies)
    {
        _policies = AnyHalting.Copy(policies);
    }

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
}
