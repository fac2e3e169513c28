namespace Hrm.Core;

/// <summary>A policy with another maximum than its own.</summary>
internal sealed class ExtendedHalting : IHaltingPolicy
{
    private readonly IHaltingPolicy _policy;

    public ExtendedHalting(IHaltingPolicy policy, int maxSegments)
    {
        _policy = policy;
        MaxSegments = maxSegments;
    }

    public int MaxSegments { get; }

    public HaltReason Decide(in SegmentState state)
    {
        // The policy is told of too few segments to see its own maximum; one whose maximum is 1 sees it all the same.
        var seen = Math.Max(1, Math.Min(state.Segments, _policy.MaxSegments - 1));
        var reason = _policy.Decide(state with { Segments = seen }) & ~(_policy.MaxSegments == 1 ? HaltReason.Maximum : HaltReason.None);
        return reason == HaltReason.None && state.Segments >= MaxSegments ? HaltReason.Maximum : reason;
    }
}
